import { plural } from "../../i18n/i18n";

/** Words of the parts of the request form. */
export const ru = {
  address: {
    label: "Адрес",
    placeholder: "Улица, дом, квартира: бел 86 45",
    hint: "Достаточно трёх букв улицы и номера дома",
    none: (q: string) => `По «${q}» дом не найден. Проверьте улицу и номер.`,
    failed: "Поиск домов не ответил. Наберите ещё раз.",
    change: "Изменить адрес",
    unit: "Квартира",
    unitPlaceholder: "весь дом",
    unitUnknown: "Такой квартиры в справочнике нет. Заявка сохранится с этим номером.",
    entrance: "Подъезд",
    floor: "Этаж",
    wholeHouse: "весь дом",
    required: "Выберите дом из списка",
  },
  reason: {
    label: "Причина",
    placeholder: "Что случилось: топит, нет света, застрял лифт",
    none: (q: string) => `По «${q}» ничего не нашлось. Назовите другими словами.`,
    failed: "Поиск причин не ответил. Наберите ещё раз.",
    foundBy: (word: string) => `найдено по «${word}»`,
    change: "Изменить причину",
    safety: "Сначала безопасность.",
    answer: "Ответьте",
    prices: "Назовите цену",
    per: (unit: string) => `за ${unit}`,
    required: "Выберите причину из списка",
    needAddress: "Сначала выберите адрес",
    more: (n: number) => `ещё ${n} ${plural(n, "похожая", "похожие", "похожих")}`,
  },
  same: {
    title: "Похоже на ту же проблему",
    is: (number: string) => `Уже есть № ${number}.`,
    join: "Та же проблема",
    ago: (minutes: number) =>
      minutes < 60
        ? `${minutes} мин назад`
        : minutes < 1440
          ? `${Math.floor(minutes / 60)} ч назад`
          : `${Math.floor(minutes / 1440)} д назад`,
  },
  questions: {
    yes: "Да",
    no: "Нет",
    unknown: "Не знает",
    required: "Нужен ответ",
    left: (n: number) =>
      `${plural(n, "остался", "осталось", "осталось")} ${n} ${plural(n, "ответ", "ответа", "ответов")}`,
    all: "Все ответы есть",
    answer: "Ответ",
  },
  preview: {
    assigns: "назначит система",
    nobody: "никто не на дежурстве",
    accept: (time: string) => `принять до ${time}`,
    localise: (time: string) => `локализовать до ${time}`,
    finish: (time: string) => `устранить до ${time}`,
    why: "почему",
    read: "После сохранения прочитайте",
    said: "Прочитайте жителю",
    responsible: (name: string) => `ответственный ${name}`,
    supplier: (name: string) => `касается: ${name}`,
  },
};
