import { plural } from "../../i18n/i18n";

const tickets = (n: number) => `${n.toLocaleString("ru")} ${plural(n, "заявка", "заявки", "заявок")}`;

/** Words of background work. */
export const ru = {
  title: "Задания",
  about: "Массовые изменения и выгрузки, которые вы начали. Они идут и тогда, когда программа закрыта.",
  empty: "Заданий ещё нет",
  emptyText: "Отметьте заявки в журнале или нажмите «Выгрузить»: здесь будет видно, сколько сделано.",
  failed: "Задания не загрузились",
  kind: { change: "Изменение заявок", export: "Выгрузка", register: "Реестр для надзорного органа" },
  state: {
    waiting: "в очереди",
    running: "выполняется",
    stopping: "останавливается",
    stopped: "остановлено",
    done: "закончено",
  },
  of: (done: number, total: number) => `${done.toLocaleString("ru")} из ${total.toLocaleString("ru")}`,
  changed: (n: number) => `изменено ${n.toLocaleString("ru")}`,
  refused: (n: number) => `не изменено ${n.toLocaleString("ru")}`,
  rows: tickets,
  stop: "Остановить",
  resume: "Продолжить",
  report: "Отчёт",
  file: "Скачать",
  until: (at: string) => `файл хранится до ${at}`,
  expired: "срок хранения файла вышел",
  why: "Почему не изменены",
  whyMore: (n: number) => `и ещё ${tickets(n)}: все в отчёте`,
  list: "К списку заявок",
  hide: "Скрыть",
  all: "Все задания",
};
