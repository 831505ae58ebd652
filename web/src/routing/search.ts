/** The URL's part of the rules: what the table shows, which rule is open, what the preview asks. */
export type RoutingSearch = {
  q?: string;
  rule?: number | "new";
  archived?: boolean;
  reason?: number;
  house?: number;
  day?: string;
  time?: string;
};

function idOf(raw: unknown): number | undefined {
  const n = Number(raw);
  return Number.isSafeInteger(n) && n > 0 ? n : undefined;
}

export function readRoutingSearch(raw: Record<string, unknown>): RoutingSearch {
  const out: RoutingSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") out.q = raw.q.slice(0, 100);
  const rule = raw.rule === "new" ? "new" : idOf(raw.rule);
  if (rule) out.rule = rule;
  if (raw.archived === true) out.archived = true;
  const reason = idOf(raw.reason);
  if (reason) out.reason = reason;
  const house = idOf(raw.house);
  if (house) out.house = house;
  if (typeof raw.day === "string" && /^20\d\d-\d\d-\d\d$/.test(raw.day)) out.day = raw.day;
  if (typeof raw.time === "string" && /^\d\d:\d\d$/.test(raw.time)) out.time = raw.time;
  return out;
}

/** A search without some of its parts. */
export function without<K extends keyof RoutingSearch>(search: RoutingSearch, ...keys: K[]): RoutingSearch {
  const out = { ...search };
  for (const key of keys) delete out[key];
  return out;
}
