/** The journal of calls keeps its state in the URL: /calls?result=lost&house=5&from=2026-11-24. */
import type { CallRow } from "../api/types";
import type { components, operations } from "../api/schema";
import { momentIn } from "../time/format";

type Query = NonNullable<operations["list-calls"]["parameters"]["query"]>;
/** What a company said of an operator's work in a call. */
export type Mark = NonNullable<components["schemas"]["CallMark"]>;
export type Result = NonNullable<Query["result"]>;
export type About = NonNullable<NonNullable<Query["about"]>[number]>;
export type MarkIs = NonNullable<Query["mark"]>;
export const RESULTS: readonly Result[] = [
  "answered",
  "lost",
  "cut",
  "missed",
  "going",
  "waiting",
  "called_back",
  "overflow",
];
export const ABOUTS: readonly About[] = [
  "ticket",
  "linked",
  "notice",
  "consultation",
  "wrong_number",
  "task",
  "transferred",
  "message",
  "fax",
  "silence",
  "prank",
  "lost",
  "none",
];
export const MARKS: readonly MarkIs[] = ["any", "good", "bad", "open", "answered"];

export type CallSearch = {
  direction?: CallRow["direction"];
  result?: Result;
  about?: About[];
  mark?: MarkIs;
  company?: number;
  operator?: number;
  house?: number;
  number?: number;
  phone?: string;
  recorded?: true;
  from?: string;
  to?: string;
};

const isDay = (raw: unknown): raw is string =>
  typeof raw === "string" && /^20\d\d-\d\d-\d\d$/.test(raw) && !Number.isNaN(Date.parse(raw));

/** Reads a URL; what is not understood is left out, an absent value does not restrict. */
export function readCallSearch(raw: Record<string, unknown>): CallSearch {
  const out: CallSearch = {};
  if (raw.direction === "inbound" || raw.direction === "outbound") out.direction = raw.direction;
  const result = RESULTS.find((r) => r === raw.result);
  if (result) out.result = result;
  const said: unknown[] = Array.isArray(raw.about) ? raw.about : [raw.about];
  const about = ABOUTS.filter((a) => said.includes(a));
  if (about.length > 0) out.about = about;
  const mark = MARKS.find((m) => m === raw.mark);
  if (mark) out.mark = mark;
  for (const key of ["company", "operator", "house", "number"] as const) {
    const n = Number(raw[key]);
    if (Number.isSafeInteger(n) && n > 0) out[key] = n;
  }
  if (typeof raw.phone === "string" || typeof raw.phone === "number") {
    const phone = String(raw.phone).trim().slice(0, 40);
    if (phone) out.phone = phone;
  }
  if (raw.recorded === true || raw.recorded === "true") out.recorded = true;
  for (const key of ["from", "to"] as const) if (isDay(raw[key])) out[key] = raw[key];
  return out;
}

const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** The same as the parameters of GET /calls/count. */
export function callQuery(search: CallSearch, zone: string) {
  const { company, operator, house, from, to, ...same } = search;
  return {
    ...same,
    ...(company ? { company_id: company } : {}),
    ...(operator ? { operator_id: operator } : {}),
    ...(house ? { building_id: house } : {}),
    ...(from ? { from: momentIn(zone, from, "00:00") } : {}),
    ...(to ? { to: momentIn(zone, dayAfter(to), "00:00") } : {}),
  };
}

/** What is asked for most, by one press. */
export const VIEWS = {
  all: {},
  lost: { result: "lost" },
  unsaid: { direction: "inbound", result: "answered", about: ["none"] },
  apart: { direction: "inbound", about: ["notice", "consultation", "wrong_number"] },
  marked: { mark: "any" },
  cases: { mark: "open" },
} as const satisfies Record<string, { [K in keyof CallSearch]?: NonNullable<CallSearch[K]> | readonly About[] }>;
export type View = keyof typeof VIEWS;

export const searchOf = (view: View): CallSearch => readCallSearch(VIEWS[view]);

/** The view whose conditions these are, of whichever company. */
export function viewOf({ company: _, ...search }: CallSearch): View | undefined {
  const text = (s: CallSearch) => JSON.stringify(Object.entries(s).sort(([a], [b]) => a.localeCompare(b)));
  return (Object.keys(VIEWS) as View[]).find((v) => text(searchOf(v)) === text(search));
}
