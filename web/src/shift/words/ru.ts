/** Words of the supervisor's page. */
export const ru = {
  title: "Смена",
  tabs: {
    incidents: "Разобрать",
  },
  failed: "Не загрузилось",
  city: "Городской номер",
  hidden: "номер скрыт",
  incident: {
    open: "Не разобраны",
    looked: "Разобраны",
    none: "Разбирать нечего",
    noneText:
      "Здесь появятся звонки, на которые ответили позже пяти минут (ПП 416, п. 13), и сообщения со скрытых номеров.",
    noneLooked: "Разобранных нет",
    late: "Ответ позже пяти минут",
    message: "Сообщение со скрытого номера",
    waits: (time: string) => `ждёт ${time}`,
    answered: (time: string) => `ждал ${time}, ответили`,
    gaveUp: (time: string) => `ждал ${time}, не дождался`,
    note: "Что выяснили",
    look: "Разобрано",
    by: (name: string, time: string) => `${name}, ${time}`,
  },
};
