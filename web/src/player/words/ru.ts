/** Words of the player of recordings. */
export const ru = {
  recording: (t: string) => `Запись разговора, ${t}`,
  play: "Слушать",
  pause: "Остановить",
  seek: "Место в записи",
  speed: "Скорость",
  failed: "Запись не открылась",
  of: (at: string, all: string) => `${at} / ${all}`,
};
