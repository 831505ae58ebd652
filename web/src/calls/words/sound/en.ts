import type { ru } from "./ru";

const figure = (n: number) => n.toLocaleString("en", { maximumFractionDigits: 1 });

export const en: typeof ru = {
  title: "Quality of the connection",
  side: { line: "Telephone", operator: "Operator", second: "Second telephone" },
  grade: { good: "good", middling: "fair", bad: "bad" },
  unheard: "no sound came",
  loss: (n) => `${figure(n)}% did not reach us`,
  farLoss: (n) => `${figure(n)}% did not reach it`,
  jitter: (ms) => `jitter ${figure(ms)} ms`,
  rtt: (ms) => `there and back ${figure(ms)} ms`,
};
