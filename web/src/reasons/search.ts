import type { Kind } from "./api";

export type Show = "own" | "changed" | "laxer" | "archived";
export type ReasonsSearch = { q?: string; kind?: Kind; show?: Show; id?: number | "new" };

const kinds: readonly Kind[] = ["emergency", "planned", "paid", "consultation"];
const shows: readonly Show[] = ["own", "changed", "laxer", "archived"];

/** The URL's part: the filters of the tree and the reason that is open. */
export function readReasonsSearch(raw: Record<string, unknown>): ReasonsSearch {
  const out: ReasonsSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") out.q = raw.q.slice(0, 100);
  const kind = kinds.find((k) => k === raw.kind);
  if (kind) out.kind = kind;
  const show = shows.find((s) => s === raw.show);
  if (show) out.show = show;
  const id = Number(raw.id);
  if (raw.id === "new") out.id = "new";
  else if (Number.isSafeInteger(id) && id > 0) out.id = id;
  return out;
}
