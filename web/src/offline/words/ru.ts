import { plural } from "../../i18n/i18n";
import type { Deed } from "../deed";

/** Words about what waits for a network. */
export const ru = {
  number: (n: string) => `№ ${n}`,
  waits: (n: number) =>
    `${plural(n, "Ждёт", "Ждут", "Ждут")} отправки: ${n}. ${plural(n, "Отправится сама", "Отправятся сами", "Отправятся сами")}, когда появится связь.`,
  wait: "ждёт отправки",
  notDone: "не сделано.",
  gone: "Заявка уже не у вас: её отдали другому.",
  understood: "Понятно",
  takeBack: "Забрать обратно",
  what: (d: Deed) => {
    switch (d.verb) {
      case "accept":
        return d.back ? "Забрать обратно" : "Принять";
      case "move":
        return d.body.to === "done" ? "Выполнено" : "В работе";
      case "pause":
        return "Прервать работу";
      case "resume":
        return "Продолжить работу";
      case "localise":
        return "Авария локализована";
      case "comment":
        return "Комментарий";
      case "photo":
        return "Фото";
    }
  },
  away: "Нет связи",
  awayMore: "Эта заявка на телефоне не сохранена. Она откроется, когда появится связь.",
  lose: (n: number) =>
    `${n} ${plural(n, "действие ещё не отправлено", "действия ещё не отправлены", "действий ещё не отправлены")}. Если выйти, ${plural(n, "оно пропадёт", "они пропадут", "они пропадут")}.`,
  stay: "Остаться",
  leave: "Выйти всё равно",
  full: "На телефоне нет места: фото не сохранено",
  photo: "Фото",
};
