import type { Grade } from "../../../softphone/quality";

const figure = (n: number) => n.toLocaleString("ru", { maximumFractionDigits: 1 });

/** Words of the sign of the connection. */
export const ru = {
  grade: { good: "Связь хорошая", middling: "Связь средняя", bad: "Связь плохая" } satisfies Record<Grade, string>,
  what: {
    good: "Вас слышно, и вы слышите.",
    middling: "Могут пропадать слоги, ответы доходят с задержкой.",
    bad: "Слова теряются: вас или собеседника слышно с разрывами.",
  } satisfies Record<Grade, string>,
  todo: {
    good: "",
    middling: "Закройте лишние вкладки и загрузки; если вы на Wi‑Fi, сядьте ближе или подключите кабель.",
    bad: "Переспросите адрес и телефон. Подключите кабель вместо Wi‑Fi, остановите загрузки. Не помогло – скажите старшему смены и перейдите на настольный телефон.",
  } satisfies Record<Grade, string>,
  loss: (n: number) => `теряется ${figure(n)} % звука`,
  jitter: (ms: number) => `дрожание ${figure(ms)} мс`,
  rtt: (ms: number) => `туда и обратно ${figure(ms)} мс`,
};
