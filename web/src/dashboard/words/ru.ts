/** Words of the summary of this moment. */
export const ru = {
  title: "Сводка",
  about: "Сейчас. Каждая цифра открывает свой список.",
  failed: "Сводка не загрузилась",
  capped: "1000+",
  status: "По состоянию",
  kind: "В работе по виду",
  due: "Сроки",
  postponed: "Почему отложены",
  tags: "Метки на открытых",
  none: "нет",
  overdue: "Просрочены",
  soon: "Срок в ближайшие сутки",
  open: "Всего в работе",
};
