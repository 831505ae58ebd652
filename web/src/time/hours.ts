/** Hours of a day in minutes from midnight; beyond the day's end they are of the next day. */
export type Hours = { from: number; to: number };

/** 1200 → "20:00"; minutes beyond the day's end are of the next day. */
export function clock(minutes: number): string {
  const m = minutes % 1440;
  return `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
}

/** "20:00" → 1200; undefined when it is no time. "24:00" is the end of the day. */
export function minutes(text: string): number | undefined {
  const m = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!m) return undefined;
  const n = Number(m[1]) * 60 + Number(m[2]);
  return Number(m[2]) < 60 && n <= 1440 ? n : undefined;
}

/** "08:00–20:00, 21:00–22:00"; {0, 1440} is a whole day. */
export function hoursText(hours: readonly Hours[]): string {
  return hours.map((h) => `${clock(h.from)}–${h.to === 1440 ? "24:00" : clock(h.to)}`).join(", ");
}

/** Reads "08:00–12:00, 13:00-17:00"; undefined when it cannot be read. An end not after its start is of the next day. */
export function readHours(text: string): Hours[] | undefined {
  const out: Hours[] = [];
  for (const part of text.split(/[,;]/)) {
    if (part.trim() === "") continue;
    const [a = "", b = "", more] = part.split(/[-–—]/);
    const from = minutes(a);
    const to = minutes(b);
    if (from === undefined || to === undefined || more !== undefined || from === 1440) return undefined;
    out.push({ from, to: to > from ? to : to + 1440 });
  }
  return out;
}
