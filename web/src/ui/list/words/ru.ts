/** Words of every list: kept lists, columns, what came meanwhile. */
export const ru = {
  columns: "Столбцы",
  density: { title: "Высота строк", compact: "Плотно", comfortable: "Свободно" },
  longList: "Есть изменения: показать с начала",
  kept: {
    title: "Мои списки",
    none: "Сохранённых списков ещё нет",
    shared: "общий",
    keep: "Сохранить этот список…",
    change: (name: string) => `Изменить список «${name}»…`,
    keeping: "Сохранить список",
    changing: "Название и доступ",
    meanwhile: (name: string, isShared: boolean) =>
      `Пока окно открыто, список изменили: теперь он «${name}», ${isShared ? "его видят все в компании" : "его видите только вы"}.`,
    gone: "Пока окно открыто, список удалили. «Сохранить» создаст его заново.",
    dropped: (name: string) => `Список «${name}» удалён`,
    drop: (name: string) => `Удалить список «${name}»`,
    name: "Название",
    share: "Показывать всем в компании",
    shareMore: "Каждый увидит в нём то, что ему можно смотреть",
    save: "Сохранить",
  },
  more: "Загружается продолжение",
  looking: "Ищем дальше…",
};
