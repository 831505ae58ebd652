/** The list's state is in the URL: /journal?view=open&status=accepted&kind=emergency&q=бел&overdue=true. */
import type { Kind, Source, Status } from "../api/types";
import { momentIn } from "../time/format";

export type View = "new" | "open" | "mine" | "all";
export const VIEWS: readonly View[] = ["new", "open", "mine", "all"];
export const STATUSES: readonly Status[] = [
  "new",
  "accepted",
  "in_progress",
  "postponed",
  "done",
  "closed",
  "cancelled",
];
export const KINDS: readonly Kind[] = ["emergency", "planned", "paid"];
export const SOURCES: readonly Source[] = ["phone", "journal", "app", "widget", "bot"];
export type Order = "newest" | "oldest" | "due";
export const ORDERS: readonly Order[] = ["newest", "oldest", "due"];

/** Things of a directory by their numbers; days are "2026-11-24" in the zone of the screen, the last one included. */
const IDS = ["company", "house", "executor", "responsible", "reason", "group", "number"] as const;
const DAYS = ["from", "to", "due_from", "due_to"] as const;
const TEXTS = ["q", "address", "phone", "unit", "postponed"] as const;
const FLAGS = ["overdue", "soon", "unread"] as const;
type Id = (typeof IDS)[number];
type Day = (typeof DAYS)[number];
type Text = (typeof TEXTS)[number];
type Flag = (typeof FLAGS)[number];

export type JournalSearch = {
  view?: View;
  status?: Status[];
  kind?: Kind[];
  source?: Source[];
  tag?: number[];
  order?: Order;
} & Partial<Record<Id, number>> &
  Partial<Record<Day | Text, string>> &
  Partial<Record<Flag, true>>;

/** A condition that can be dropped by itself. */
export type Condition = Exclude<keyof JournalSearch, "view" | "order">;
export const CONDITIONS: readonly Condition[] = [
  ...TEXTS,
  "status",
  "kind",
  "source",
  "tag",
  ...IDS,
  ...DAYS,
  ...FLAGS,
];

const list = (raw: unknown): unknown[] => (Array.isArray(raw) ? raw : raw === undefined ? [] : [raw]);
const among = <T extends string>(all: readonly T[], raw: unknown): T[] => {
  const given = list(raw);
  return all.filter((one) => given.includes(one));
};
const id = (raw: unknown): number | undefined => {
  const n = Number(raw);
  return Number.isSafeInteger(n) && n > 0 ? n : undefined;
};
const isDay = (raw: unknown): raw is string =>
  typeof raw === "string" && /^20\d\d-\d\d-\d\d$/.test(raw) && !Number.isNaN(Date.parse(raw));

/** Reads a URL; what is not understood is left out, an absent value is a default. */
export function readSearch(raw: Record<string, unknown>): JournalSearch {
  const out: JournalSearch = {};
  const view = VIEWS.find((v) => v === raw.view);
  const order = ORDERS.find((o) => o === raw.order);
  const status = among(STATUSES, raw.status);
  const kind = among(KINDS, raw.kind);
  const source = among(SOURCES, raw.source);
  const tag = list(raw.tag).flatMap((t) => id(t) ?? []);
  if (view) out.view = view;
  if (order && order !== "newest") out.order = order;
  if (status.length) out.status = status;
  if (kind.length) out.kind = kind;
  if (source.length) out.source = source;
  if (tag.length) out.tag = [...new Set(tag)].slice(0, 20);
  for (const key of IDS) {
    const n = id(raw[key]);
    if (n !== undefined) out[key] = n;
  }
  for (const key of DAYS) if (isDay(raw[key])) out[key] = raw[key];
  for (const key of TEXTS) {
    const value = raw[key];
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    if (text.trim()) out[key] = text.slice(0, { q: 200, address: 200, phone: 40, unit: 20, postponed: 500 }[key]);
  }
  for (const key of FLAGS) if (raw[key] === true || raw[key] === "true") out[key] = true;
  return out;
}

const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** The same as the parameters of GET /tickets/count; GET /tickets takes the order besides. */
export function queryOf(search: JournalSearch, zone: string) {
  const start = (day: string) => momentIn(zone, day, "00:00");
  return {
    view: search.view ?? "new",
    ...(search.status ? { status: search.status } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
    ...(search.source ? { source: search.source } : {}),
    ...(search.tag ? { tag_id: search.tag } : {}),
    ...(search.company ? { company_id: search.company } : {}),
    ...(search.house ? { building_id: search.house } : {}),
    ...(search.unit ? { unit: search.unit.trim() } : {}),
    ...(search.executor ? { executor_id: search.executor } : {}),
    ...(search.responsible ? { responsible_id: search.responsible } : {}),
    ...(search.reason ? { reason_id: search.reason } : {}),
    ...(search.group ? { group_id: search.group } : {}),
    ...(search.number ? { number: search.number } : {}),
    ...(search.postponed ? { postponed: search.postponed } : {}),
    ...(search.q ? { q: search.q.trim() } : {}),
    ...(search.address ? { address: search.address.trim() } : {}),
    ...(search.phone ? { phone: search.phone.trim() } : {}),
    ...(search.from ? { from: start(search.from) } : {}),
    ...(search.to ? { to: start(dayAfter(search.to)) } : {}),
    ...(search.due_from ? { due_from: start(search.due_from) } : {}),
    ...(search.due_to ? { due_to: start(dayAfter(search.due_to)) } : {}),
    ...(search.overdue ? { overdue: true } : {}),
    ...(search.soon ? { soon: true } : {}),
    ...(search.unread ? { unread: true } : {}),
  } as const;
}

/** Whether anything but the view narrows the list. */
export function isFiltered(search: JournalSearch): boolean {
  return CONDITIONS.some((key) => search[key] !== undefined);
}

/** The search without one of its parts. */
export function without(search: JournalSearch, key: keyof JournalSearch): JournalSearch {
  const { [key]: _, ...rest } = search;
  return rest;
}

/** The search without its conditions: the view and the order stay. */
export function bare({ view, order }: JournalSearch): JournalSearch {
  return { ...(view ? { view } : {}), ...(order ? { order } : {}) };
}

/** /journal/new?house=86&unit=45: the place a new request begins with. */
export type PlaceSearch = { house?: number; unit?: string };

export function readPlace(raw: Record<string, unknown>): PlaceSearch {
  const house = Number(raw.house);
  if (!Number.isSafeInteger(house) || house <= 0) return {};
  const unit = typeof raw.unit === "string" || typeof raw.unit === "number" ? String(raw.unit).slice(0, 30) : "";
  return unit ? { house, unit } : { house };
}
