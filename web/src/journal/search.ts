/** The list's state is in the URL: /journal?view=open&status=accepted&kind=emergency&q=бел&overdue=true. */
import type { Kind, Status } from "../api/types";

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

export type JournalSearch = { view?: View; status?: Status[]; kind?: Kind[]; q?: string; overdue?: true };

const among = <T extends string>(all: readonly T[], raw: unknown): T[] => {
  const given = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw];
  return all.filter((one) => given.includes(one));
};

/** Reads a URL; what is not understood is left out, an absent value is a default. */
export function readSearch(raw: Record<string, unknown>): JournalSearch {
  const out: JournalSearch = {};
  const view = VIEWS.find((v) => v === raw.view);
  const status = among(STATUSES, raw.status);
  const kind = among(KINDS, raw.kind);
  const q = typeof raw.q === "string" || typeof raw.q === "number" ? String(raw.q).slice(0, 200) : "";
  if (view) out.view = view;
  if (status.length) out.status = status;
  if (kind.length) out.kind = kind;
  if (q.trim()) out.q = q;
  if (raw.overdue === true || raw.overdue === "true") out.overdue = true;
  return out;
}

/** The same as the parameters of GET /tickets and /tickets/count. */
export function queryOf(search: JournalSearch) {
  return {
    view: search.view ?? "new",
    ...(search.status ? { status: search.status } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
    ...(search.q ? { q: search.q.trim() } : {}),
    ...(search.overdue ? { overdue: true } : {}),
  } as const;
}

/** Whether anything but the view narrows the list. */
export function isFiltered(search: JournalSearch): boolean {
  return Boolean(search.status || search.kind || search.q || search.overdue);
}

/** /journal/new?house=86&unit=45: the place a new request begins with. */
export type PlaceSearch = { house?: number; unit?: string };

export function readPlace(raw: Record<string, unknown>): PlaceSearch {
  const house = Number(raw.house);
  if (!Number.isSafeInteger(house) || house <= 0) return {};
  const unit = typeof raw.unit === "string" || typeof raw.unit === "number" ? String(raw.unit).slice(0, 30) : "";
  return unit ? { house, unit } : { house };
}
