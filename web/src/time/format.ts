/** Times on screens: always in the zone of the house (it is in the data), 24 hours, "23.11", a year only when not this one. */
import type { Lang } from "../i18n/i18n";

const formatters = new Map<string, Intl.DateTimeFormat>();

function parts(iso: string | number, zone: string): Record<string, string> {
  let format = formatters.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formatters.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(new Date(iso)).map((p) => [p.type, p.value]));
}

/** "14:38" */
export function timeOf(iso: string | number, zone: string): string {
  const p = parts(iso, zone);
  return `${p.hour}:${p.minute}`;
}

/** "23.11", with the year when it is not the year of `now` there. */
export function dateOf(iso: string | number, zone: string, now: number): string {
  const p = parts(iso, zone);
  return `${p.day}.${p.month}${p.year === parts(now, zone).year ? "" : `.${p.year}`}`;
}

/** Whether both moments lie on one day in the zone. */
export function sameDay(a: string | number, b: string | number, zone: string): boolean {
  const p = parts(a, zone);
  const q = parts(b, zone);
  return p.day === q.day && p.month === q.month && p.year === q.year;
}

/** "14:38" today, "23.11" otherwise: for a narrow column. */
export function shortOf(iso: string | number, zone: string, now: number): string {
  return sameDay(iso, now, zone) ? timeOf(iso, zone) : dateOf(iso, zone, now);
}

/** "14:38" today, "23.11 14:38" otherwise. */
export function momentOf(iso: string | number, zone: string, now: number): string {
  return sameDay(iso, now, zone) ? timeOf(iso, zone) : `${dateOf(iso, zone, now)} ${timeOf(iso, zone)}`;
}

/** "23.11 14:38", for what is printed or exported. */
export function fullOf(iso: string | number, zone: string, now: number): string {
  return `${dateOf(iso, zone, now)} ${timeOf(iso, zone)}`;
}

const two = (n: number) => String(n).padStart(2, "0");

/** A running length: "0:18", "12:04", "1:02:09". `ms` below zero counts as zero. */
export function clockOf(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** What remains: "6:48" under an hour (m:ss), "2:05" hours and minutes below a day, "2 д 23 ч" above. Never negative. */
export function remainsOf(ms: number, lang: Lang): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  const unit = lang === "ru" ? { d: "\u0434", h: "\u0447", m: "\u043c\u0438\u043d" } : { d: "d", h: "h", m: "min" };
  const minutes = Math.floor(s / 60);
  if (s < 86_400) return `${Math.floor(minutes / 60)}\u00a0${unit.h} ${minutes % 60}\u00a0${unit.m}`;
  const hours = Math.floor(s / 3600);
  return `${Math.floor(hours / 24)}\u00a0${unit.d} ${hours % 24}\u00a0${unit.h}`;
}

/** An ISO moment for a wall clock in the zone: ("2026-11-24", "15:30", "Asia/Yekaterinburg") → UTC ISO. */
export function momentIn(zone: string, date: string, time: string): string {
  const guess = Date.parse(`${date}T${time}:00Z`);
  const wall = (at: number) => {
    const p = parts(at, zone);
    return Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}Z`);
  };
  const once = guess - (wall(guess) - guess);
  return new Date(once - (wall(once) - guess)).toISOString();
}

/** "2026-11-24" of a moment in the zone, for a date field. */
export function dayIn(iso: string | number, zone: string): string {
  const p = parts(iso, zone);
  return `${p.year}-${p.month}-${p.day}`;
}

/** "118 402": thin gaps between thousands. */
export function numberOf(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** "+7 912 000-41-27"; a masked phone keeps its dots; what is not a Russian number stays as it is. */
export function phoneOf(phone: string): string {
  const m = /^\+?7([\d•*]{3})([\d•*]{3})([\d•*]{2})([\d•*]{2})$/.exec(phone.replace(/[\s()-]/g, ""));
  return m ? `+7\u00a0${m[1]}\u00a0${m[2]}-${m[3]}-${m[4]}`.replaceAll("*", "•") : phone;
}
