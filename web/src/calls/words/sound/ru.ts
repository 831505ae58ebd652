import type { CallDetail } from "../../../api/types";

type Sound = CallDetail["sound"][number];

const figure = (n: number) => n.toLocaleString("ru", { maximumFractionDigits: 1 });

/** Words of the quality of a call's sound. */
export const ru = {
  title: "Качество связи",
  side: { line: "Телефон", operator: "Оператор", second: "Второй телефон" } satisfies Record<Sound["side"], string>,
  grade: { good: "хорошее", middling: "среднее", bad: "плохое" } satisfies Record<Sound["grade"], string>,
  unheard: "звука не было",
  loss: (n: number) => `не дошло до нас ${figure(n)} %`,
  farLoss: (n: number) => `не дошло туда ${figure(n)} %`,
  jitter: (ms: number) => `дрожание ${figure(ms)} мс`,
  rtt: (ms: number) => `туда и обратно ${figure(ms)} мс`,
};
