import type { StaffSearch } from "./api";

/** A number of the address; undefined when it is none. */
function idOf(raw: unknown): number | undefined {
  const n = Number(raw);
  return Number.isSafeInteger(n) && n > 0 ? n : undefined;
}

/** A search without some of its parts. */
export function omit<T extends object, K extends keyof T>(search: T, ...keys: K[]): Omit<T, K> {
  const out = { ...search };
  for (const key of keys) delete out[key];
  return out;
}

/** The URL's part of the list. */
export function readStaffSearch(raw: Record<string, unknown>): StaffSearch {
  const out: StaffSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") out.q = raw.q.slice(0, 100);
  const work = idOf(raw.work);
  if (work) out.work = work;
  if (raw.state === "on_duty" || raw.state === "on_leave" || raw.state === "archived") out.state = raw.state;
  const member = raw.member === "new" ? "new" : idOf(raw.member);
  if (member) out.member = member;
  return out;
}

export type ScheduleSearch = { month?: string; view?: "week"; day?: string };

/** The URL's part of the grid: which month, or which day's week. */
export function readScheduleSearch(raw: Record<string, unknown>): ScheduleSearch {
  const out: ScheduleSearch = {};
  if (typeof raw.month === "string" && /^20\d\d-(0[1-9]|1[0-2])$/.test(raw.month)) out.month = raw.month;
  if (raw.view === "week") out.view = "week";
  if (typeof raw.day === "string" && /^20\d\d-\d\d-\d\d$/.test(raw.day)) out.day = raw.day;
  return out;
}

export type OnDutySearch = { day?: string; time?: string; work?: number; house?: number };

/** The URL's part: a moment in the company's zone, a kind of work, a house. */
export function readOnDutySearch(raw: Record<string, unknown>): OnDutySearch {
  const out: OnDutySearch = {};
  if (typeof raw.day === "string" && /^20\d\d-\d\d-\d\d$/.test(raw.day)) out.day = raw.day;
  if (typeof raw.time === "string" && /^\d\d:\d\d$/.test(raw.time)) out.time = raw.time;
  const work = idOf(raw.work);
  if (work) out.work = work;
  const house = idOf(raw.house);
  if (house) out.house = house;
  return out;
}
