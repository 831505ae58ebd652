import type { Lang } from "../i18n/i18n";

export type Tone = "" | "warn" | "bad" | "over";

/** The longest wait turns yellow at a minute, red at two, bright red at four: a minute before the law's five are over. */
export function waitTone(ms: number): Tone {
  return ms >= 240_000 ? "over" : ms >= 120_000 ? "bad" : ms >= 60_000 ? "warn" : "";
}

/** Figures older than ten seconds are said to be old. */
export function ageTone(sec: number): Tone {
  return sec > 10 ? "bad" : "";
}

/** Whether a promise is broken. */
export function late(at: string, now: number): boolean {
  return Date.parse(at) <= now;
}

/** Per cent with one digit, rounded down: 100 means all. null: there were no calls. */
export function levelOf(part: number, all: number, lang: Lang): string | null {
  if (all === 0) return null;
  return (Math.floor((part * 1000) / all) / 10).toLocaleString(lang === "ru" ? "ru-RU" : "en-GB");
}
