const mb = (bytes: number) =>
  bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} КБ`
    : `${(bytes / 1024 / 1024).toLocaleString("ru", { maximumFractionDigits: 1 })} МБ`;

/** Words of photos and documents. */
export const ru = {
  title: "Фото и файлы",
  add: "Добавить",
  camera: "Снять",
  failed: "Файлы не загрузились",
  empty: "Файлов ещё нет",
  emptyMore: "Добавьте фото (JPEG, PNG, WebP) или документ (PDF, DOCX, XLSX), до 25 МБ. Можно перетащить сюда.",
  drop: "Отпустите – файлы добавятся",
  tooBig: (most: number) => `Файл больше ${most} МБ.`,
  looking: "проверяем…",
  again: "Повторить",
  forget: "Убрать строку",
  more: (name: string) => `Подпись и удаление: ${name}`,
  size: mb,
  points: (w: number, h: number) => `${w} × ${h}`,
  caption: "Подпись",
  captionHint: "Что на снимке или в документе",
  save: "Сохранить",
  saved: "Подпись сохранена",
  download: "Скачать",
  remove: "Удалить",
  deleted: (name: string) => `Удалено: ${name}`,
  notRestored: (name: string) => `Не вернулось: ${name}`,
  before: "Предыдущее фото",
  next: "Следующее фото",
};
