export { clock, hoursText, minutes, readHours } from "../time/hours";

/** "2026-11-24" and days: the day that many days later. */
export function plusDays(day: string, days: number): string {
  const [y = 0, m = 1, d = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(y, m - 1, d + days)).toISOString().slice(0, 10);
}

/** "2026-11" and months: the month that many months later. */
export function plusMonths(month: string, months: number): string {
  const [y = 0, m = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(y, m - 1 + months, 1)).toISOString().slice(0, 7);
}

/** 0 Monday … 6 Sunday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** "24.11", with the year when it is not that of `now`. */
export function dayText(day: string, now: string): string {
  const [y = "", m = "", d = ""] = day.split("-");
  return y === now.slice(0, 4) ? `${d}.${m}` : `${d}.${m}.${y}`;
}
