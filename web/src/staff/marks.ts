/** The month grid without its picture: where the cursor goes, what a key writes, how it is taken back. */
import type { Code, ScheduleMark, ScheduleMonth, ScheduleRow } from "./api";

export type Pos = { row: number; col: number };
/** A range of cells: where it began, and where the cursor is. */
export type Range = { from: Pos; to: Pos };

export type Key = Pick<KeyboardEvent, "code" | "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** Keys by `code`, so that the layout does not matter: Д, Н, С of the Russian one; D, N, S where Latin letters come. */
const byCode: Record<string, Code> = {
  KeyL: "day",
  KeyY: "night",
  KeyC: "full",
  Digit8: "office",
  Numpad8: "office",
  Digit0: "off",
  Numpad0: "off",
};
const byLatin: Record<string, Code> = { d: "day", n: "night", s: "full" };

export type Act = { move: Range } | { set: Code } | { clear: true } | { undo: true };

const steps: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** What a key does at the cursor of a grid of that size; null: nothing of ours. */
export function actOf(key: Key, at: Range, rows: number, cols: number): Act | null {
  if (key.altKey) return null;
  if (key.ctrlKey || key.metaKey) return key.code === "KeyZ" ? { undo: true } : null;
  const clip = (row: number, col: number): Pos => ({
    row: Math.min(Math.max(row, 0), rows - 1),
    col: Math.min(Math.max(col, 0), cols - 1),
  });
  const go = (to: Pos): Act => ({ move: { from: key.shiftKey ? at.from : to, to } });
  const step = steps[key.code];
  if (step) return go(clip(at.to.row + step[0], at.to.col + step[1]));
  if (key.code === "Home") return go(clip(at.to.row, 0));
  if (key.code === "End") return go(clip(at.to.row, cols - 1));
  if (key.code === "Delete" || key.code === "Backspace") return { clear: true };
  if (key.shiftKey) return null;
  const code = byLatin[key.key.toLowerCase()] ?? byCode[key.code];
  return code ? { set: code } : null;
}

/** The cells of a range, row by row. */
export function cellsOf(range: Range): Pos[] {
  const out: Pos[] = [];
  const [r1, r2] = [Math.min(range.from.row, range.to.row), Math.max(range.from.row, range.to.row)];
  const [c1, c2] = [Math.min(range.from.col, range.to.col), Math.max(range.from.col, range.to.col)];
  for (let row = r1; row <= r2; row++) for (let col = c1; col <= c2; col++) out.push({ row, col });
  return out;
}

export const inside = (range: Range, row: number, col: number): boolean =>
  row >= Math.min(range.from.row, range.to.row) &&
  row <= Math.max(range.from.row, range.to.row) &&
  col >= Math.min(range.from.col, range.to.col) &&
  col <= Math.max(range.from.col, range.to.col);

type Written = { marks: ScheduleMark[]; back: ScheduleMark[] };

/**
 * What is sent for a code or for Del over a range, and what takes it back. Del: what was written by hand goes and the
 * schedule rules again; a shift of the schedule becomes a day off. Days of leave are left alone.
 */
export function write(
  rows: readonly ScheduleRow[],
  days: ScheduleMonth["days"],
  range: Range,
  code: Code | null,
): Written {
  const out: Written = { marks: [], back: [] };
  for (const { row, col } of cellsOf(range)) {
    const person = rows[row];
    const cell = person?.cells[col];
    const day = days[col]?.day;
    if (!person || !cell || !day || cell.leave) continue;
    const next = code ?? (cell.own ? "" : cell.hours.length > 0 ? "off" : null);
    if (next === null || next === "always" || (cell.own && next === cell.code)) continue;
    out.marks.push({ member_id: person.member_id, day, code: next });
    out.back.push(
      cell.own && cell.code !== "always"
        ? { member_id: person.member_id, day, code: cell.code, hours: cell.hours }
        : { member_id: person.member_id, day, code: "" },
    );
  }
  return out;
}

export type Gap = { day: string; col: number; work: string; candidates: number[] };

/** Days on which nobody of a kind of work has a shift, from today on, the nearest first. */
export function gapsOf(month: ScheduleMonth): Gap[] {
  const out: Gap[] = [];
  month.days.forEach(({ day }, col) => {
    if (day < month.today) return;
    for (const t of month.totals) {
      if (t.counts[col] === 0 && t.work_type !== "")
        out.push({ day, col, work: t.work_type, candidates: t.candidates[col] ?? [] });
    }
  });
  return out;
}

/** First and last column of each leave within the month's days. */
export function leaveBars(row: ScheduleRow, days: ScheduleMonth["days"]) {
  const first = days[0]?.day ?? "";
  const last = days.at(-1)?.day ?? "";
  return row.leaves
    .filter((l) => l.starts_on <= last && l.ends_on >= first)
    .map((leave) => ({
      leave,
      from: Math.max(
        0,
        days.findIndex((d) => d.day >= leave.starts_on),
      ),
      to: leave.ends_on >= last ? days.length - 1 : days.findIndex((d) => d.day === leave.ends_on),
    }));
}
