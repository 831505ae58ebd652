import type { Rule, RuleHours } from "./api";
import { clock } from "./form";
import type { ru } from "./words/ru";
import type { Words } from "../i18n/i18n";

type W = Words<typeof ru>;

/** Monday to Friday as "пн–пт", other days one by one; all seven and none are every day. */
export function daysText(w: W, days: readonly number[]): string {
  if (days.length === 0 || days.length === 7) return w.everyDay;
  const sorted = [...days].sort();
  const name = (d: number) => w.days[d as keyof W["days"]];
  const first = sorted[0] ?? 0;
  const last = sorted[sorted.length - 1] ?? 0;
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${name(first)}–${name(last)}`;
  return sorted.map(name).join(", ");
}

/** "пн–пт 20:00–08:00" */
export function hoursText(w: W, h: RuleHours): string {
  const all = h.from === 0 && h.to === 1440;
  return `${daysText(w, h.days)} ${all ? w.allDay : `${clock(h.from)}–${clock(h.to)}`}`;
}

/** What, where and when of a rule in words. */
export function sayRule(w: W, r: Rule): { what: string; where: string; when: string } {
  return {
    what: r.reason?.name ?? (r.work_type ? w.work(r.work_type.name) : w.anyReason),
    where: r.building?.name ?? (r.group ? w.group(r.group.name) : w.anyHouse),
    when: r.hours === "windows" ? r.windows.map((h) => hoursText(w, h)).join("; ") : w.hours[r.hours],
  };
}

/** Everything by which a rule may be found, in small letters. */
export function textOf(w: W, r: Rule): string {
  const s = sayRule(w, r);
  const people = r.levels.flatMap((l) => l.members.map((m) => m.name));
  return [s.what, s.where, s.when, ...people, r.responsible?.name, r.supplier?.name, r.note, `№ ${r.id}`]
    .filter(Boolean)
    .join(" ")
    .toLowerCase();
}
