function idOf(raw: unknown): number | undefined {
  const n = Number(raw);
  return Number.isSafeInteger(n) && n > 0 ? n : undefined;
}

export type HousesSearch = { q?: string; group?: number; archived?: true };

/** The URL's part of the list of houses. */
export function readHousesSearch(raw: Record<string, unknown>): HousesSearch {
  const out: HousesSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") out.q = raw.q.slice(0, 100);
  const group = idOf(raw.group);
  if (group) out.group = group;
  if (raw.archived === true || raw.archived === "true") out.archived = true;
  return out;
}

export type Tab = "units" | "requests" | "serving" | "files" | "card" | "edit_units";
export const TABS: readonly Tab[] = ["units", "requests", "serving", "files", "card", "edit_units"];
export type HouseSearch = { tab?: Tab; unit?: number };

/** The URL's part of a house: the tab and the flat chosen. */
export function readHouseSearch(raw: Record<string, unknown>): HouseSearch {
  const out: HouseSearch = {};
  const tab = TABS.find((t) => t === raw.tab);
  if (tab && tab !== "units") out.tab = tab;
  const unit = idOf(raw.unit);
  if (unit) out.unit = unit;
  return out;
}

/** A search without some of its parts. */
export function omit<T extends object, K extends keyof T>(search: T, ...keys: K[]): Omit<T, K> {
  const out = { ...search };
  for (const key of keys) delete out[key];
  return out;
}
