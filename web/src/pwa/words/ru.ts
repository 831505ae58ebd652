/** Words about the program's own version. */
export const ru = {
  fresh: "Вышла новая версия программы.",
  update: "Обновить",
};
