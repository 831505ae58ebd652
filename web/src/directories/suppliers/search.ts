export type SuppliersSearch = { q?: string; kind?: string; archived?: true; shared?: true; id?: number | "new" };

/** The URL's part: filters of the list, whose list, and the row that is open. */
export function readSuppliersSearch(raw: Record<string, unknown>): SuppliersSearch {
  const out: SuppliersSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") out.q = raw.q.slice(0, 100);
  if (typeof raw.kind === "string" && raw.kind !== "") out.kind = raw.kind.slice(0, 60);
  if (raw.archived === true) out.archived = true;
  if (raw.shared === true) out.shared = true;
  const id = Number(raw.id);
  if (raw.id === "new") out.id = "new";
  else if (Number.isSafeInteger(id) && id > 0) out.id = id;
  return out;
}

/** The search with a part set, or taken away when it is undefined. */
export function withPart<K extends keyof SuppliersSearch>(
  search: SuppliersSearch,
  key: K,
  value: SuppliersSearch[K] | undefined,
): SuppliersSearch {
  const next = { ...search };
  delete next[key];
  return value === undefined || value === "" ? next : { ...next, [key]: value };
}

/** Words as they are compared: case and the dots of ё do not matter. */
export function fold(s: string): string {
  return s.toLowerCase().replaceAll("ё", "е");
}
