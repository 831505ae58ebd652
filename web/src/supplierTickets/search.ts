/** The list's state is in the URL: /supplier-requests?view=open&kind=водоканал&q=бел. */
import type { components } from "../api/schema";
import { momentIn } from "../time/format";

export type PairStatus = components["schemas"]["SupplierTicketRow"]["status"];
export type PairView = "open" | "new" | "due" | "all";
export const PAIR_VIEWS: readonly PairView[] = ["new", "due", "open", "all"];
export const PAIR_STATUSES: readonly PairStatus[] = [
  "new",
  "handed_over",
  "accepted",
  "in_progress",
  "done",
  "closed",
  "cancelled",
];

export type PairSearch = {
  view?: PairView;
  status?: PairStatus;
  kind?: string;
  company?: number;
  supplier?: number;
  house?: number;
  q?: string;
  from?: string;
  to?: string;
};

const isDay = (raw: unknown): raw is string =>
  typeof raw === "string" && /^20\d\d-\d\d-\d\d$/.test(raw) && !Number.isNaN(Date.parse(raw));

/** Reads a URL; what is not understood is left out, an absent value is a default. */
export function readPairSearch(raw: Record<string, unknown>): PairSearch {
  const out: PairSearch = {};
  const view = PAIR_VIEWS.find((v) => v === raw.view);
  const status = PAIR_STATUSES.find((s) => s === raw.status);
  if (view && view !== "open") out.view = view;
  if (status) out.status = status;
  if (typeof raw.kind === "string" && raw.kind) out.kind = raw.kind.slice(0, 60);
  if (typeof raw.q === "string" || typeof raw.q === "number") {
    const q = String(raw.q).slice(0, 200);
    if (q.trim()) out.q = q;
  }
  for (const key of ["company", "supplier", "house"] as const) {
    const n = Number(raw[key]);
    if (Number.isSafeInteger(n) && n > 0) out[key] = n;
  }
  for (const key of ["from", "to"] as const) if (isDay(raw[key])) out[key] = raw[key];
  return out;
}

const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** The same as the parameters of GET /supplier-tickets/count. */
export function pairQuery(search: PairSearch, zone: string) {
  return {
    view: search.view ?? "open",
    ...(search.status ? { status: [search.status] } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
    ...(search.company ? { company_id: search.company } : {}),
    ...(search.supplier ? { supplier_id: search.supplier } : {}),
    ...(search.house ? { building_id: search.house } : {}),
    ...(search.q ? { q: search.q.trim() } : {}),
    ...(search.from ? { from: momentIn(zone, search.from, "00:00") } : {}),
    ...(search.to ? { to: momentIn(zone, dayAfter(search.to), "00:00") } : {}),
  } as const;
}

/** The search with a part set, or taken away when it is empty. */
export function withPart<K extends keyof PairSearch>(
  search: PairSearch,
  key: K,
  value: PairSearch[K] | undefined,
): PairSearch {
  const next = { ...search };
  delete next[key];
  return value === undefined || value === "" ? next : { ...next, [key]: value };
}
