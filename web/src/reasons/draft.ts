/** What is done with a reason while it is edited. Pure. */
import type { Ask, Body, Card, Condition, Limit, Row, Rule } from "./api";
import type { ReasonsSearch } from "./search";

const none: Limit = { amount: 0, unit: "minutes" };
export const noRule: Rule = { base: none, variants: [] };

/** A new reason: nothing is chosen for the person except that it is planned. */
export function emptyBody(category: string): Body {
  return {
    category,
    name: "",
    kind: "planned",
    work_type_id: null,
    supplier_kind: "",
    supplier_id: null,
    safety: "",
    questions: [],
    promise: "",
    answer: "",
    synonyms: [],
    prices: [],
    rules: { accept: noRule, localise: noRule, finish: { base: { amount: 72, unit: "hours" }, variants: [] } },
  };
}

/** The part of a card that a person edits. */
export function bodyOf(c: Card): Body {
  return {
    category: c.category,
    name: c.name,
    kind: c.kind,
    work_type_id: c.work_type_id,
    supplier_kind: c.supplier_kind,
    supplier_id: c.supplier_id,
    safety: c.safety,
    questions: c.questions,
    promise: c.promise,
    answer: c.answer,
    synonyms: c.synonyms,
    prices: c.prices,
    rules: c.rules,
  };
}

export function isSame(a: Body, b: Body): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The list with the row at `from` put at `to`. */
export function moved<T>(rows: readonly T[], from: number, to: number): T[] {
  const out = [...rows];
  const [row] = out.splice(from, 1);
  if (row !== undefined && to >= 0 && to <= out.length) out.splice(to, 0, row);
  return row !== undefined && to >= 0 && to < rows.length ? out : [...rows];
}

export function put<T>(rows: readonly T[], at: number, part: Partial<T>): T[] {
  return rows.map((r, i) => (i === at ? { ...r, ...part } : r));
}

export const newQuestion: Ask = { id: 0, text: "", type: "text", options: [], required: false };

/** Rows of the tree that the filters leave. Archived ones are shown only when asked for. */
export function filtered(rows: readonly Row[], search: ReasonsSearch): Row[] {
  const q = fold(search.q ?? "");
  return rows.filter(
    (r) =>
      r.is_archived === (search.show === "archived") &&
      (!search.kind || r.kind === search.kind) &&
      (search.show !== "own" || r.is_own) &&
      (search.show !== "changed" || r.differs.length > 0) &&
      (search.show !== "laxer" || r.is_laxer) &&
      (q === "" || [r.name, r.category, r.code, ...r.synonyms].some((word) => fold(word).includes(q))),
  );
}

function fold(s: string): string {
  return s.toLowerCase().replaceAll("ё", "е").trim();
}

/** The tree: categories in the order of their first reason. */
export function byCategory(rows: readonly Row[]): [category: string, rows: Row[]][] {
  const out = new Map<string, Row[]>();
  for (const r of rows) out.set(r.category, [...(out.get(r.category) ?? []), r]);
  return [...out];
}

/** "480" → "08:00"; the end of the day is "24:00". */
export function clockOf(minute: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** "10-01" → the first of October; what is not understood is the first of January. */
export function dayOf(md: string | undefined): { day: number; month: number } {
  const m = /^(\d\d)-(\d\d)$/.exec(md ?? "");
  return { day: Number(m?.[2] ?? 1), month: Number(m?.[1] ?? 1) };
}

/** A day of the year as the server keeps it; a day beyond the month's end is its last one. */
export function monthDay(day: number, month: number): string {
  const last = new Date(Date.UTC(2024, month, 0)).getUTCDate();
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(month)}-${two(Math.min(Math.max(1, Math.trunc(day) || 1), last))}`;
}

export type ConditionKind = "season" | "temperature" | "inputs";

/** Which condition a variant stands under; one kind at a time on the screen, all that are set are kept. */
export function kindOf(c: Condition): ConditionKind {
  if (c.inputs) return "inputs";
  return c.temp_from !== undefined || c.temp_below !== undefined ? "temperature" : "season";
}

export const blank: Record<ConditionKind, Condition> = {
  season: { season_from: "10-01", season_till: "04-30" },
  temperature: { temp_below: 10 },
  inputs: { inputs: 1 },
};

export type Tab = "general" | "limits" | "questions" | "words" | "prices";

/** The tab on which a field stands. */
export function tabOf(field: string): Tab {
  if (field.startsWith("rules")) return "limits";
  if (field.startsWith("questions")) return "questions";
  if (field.startsWith("synonyms")) return "words";
  if (field.startsWith("prices")) return "prices";
  return "general";
}
