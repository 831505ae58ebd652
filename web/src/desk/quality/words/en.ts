import type { ru } from "./ru";

const figure = (n: number) => n.toLocaleString("en", { maximumFractionDigits: 1 });

export const en: typeof ru = {
  grade: { good: "Connection is good", middling: "Connection is fair", bad: "Connection is bad" },
  what: {
    good: "You are heard, and you hear.",
    middling: "Syllables may be lost, answers come late.",
    bad: "Words are lost: you or the other side are heard in pieces.",
  },
  todo: {
    good: "",
    middling: "Close tabs and downloads you do not need; on Wi-Fi, sit closer or plug in a cable.",
    bad: "Ask again for the address and the phone. Plug in a cable instead of Wi-Fi, stop downloads. If that does not help, tell the shift supervisor and use the desk phone.",
  },
  loss: (n) => `${figure(n)}% of the sound is lost`,
  jitter: (ms) => `jitter ${figure(ms)} ms`,
  rtt: (ms) => `there and back ${figure(ms)} ms`,
};
