import { describe, expect, it } from "vitest";
import type { ScheduleMonth } from "./api";
import { readHours, hoursText } from "./hours";
import { actOf, cellsOf, gapsOf, leaveBars, write, type Key, type Range } from "./marks";

const key = (code: string, more: Partial<Key> = {}): Key => ({
  code,
  key: "",
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});
const at = (row: number, col: number): Range => ({ from: { row, col }, to: { row, col } });

type Cell = ScheduleMonth["rows"][number]["cells"][number];
const cell = (code: Cell["code"], more: Partial<Cell> = {}): Cell => ({
  code,
  hours: code === "off" ? [] : [{ from: 480, to: 1200 }],
  own: false,
  leave: false,
  stands_for: [],
  ...more,
});

const month: ScheduleMonth = {
  warnings: [],
  running: 0,
  month: "2026-11",
  today: "2026-11-02",
  days: ["2026-11-01", "2026-11-02", "2026-11-03"].map((day) => ({
    day,
    kind: "workday",
    note: "",
    provisional: false,
    own: false,
  })),
  rows: [
    {
      member_id: 7,
      name: "Гусев П. Н.",
      position: "",
      schedule: "2/2",
      trade: "сантехника",
      is_contractor: false,
      switched_on: true,
      cells: [cell("day"), cell("off", { own: true }), cell("day", { leave: true })],
      leaves: [
        { id: 1, kind: "vacation", starts_on: "2026-11-03", ends_on: "2026-12-03", substitute: null, note: "" },
        { id: 2, kind: "sick", starts_on: "2026-10-01", ends_on: "2026-11-01", substitute: null, note: "" },
      ],
    },
  ],
  totals: [{ work_type_id: 1, work_type: "сантехника", counts: [0, 0, 1], candidates: [[], [7], []] }],
};
const [row] = month.rows;
if (!row) throw new Error("no row");

describe("keys of the grid", () => {
  it("moves inside the grid and does not leave it", () => {
    expect(actOf(key("ArrowRight"), at(0, 2), 1, 3)).toEqual({ move: at(0, 2) });
    expect(actOf(key("ArrowLeft"), at(0, 2), 1, 3)).toEqual({ move: at(0, 1) });
    expect(actOf(key("ArrowDown"), at(0, 0), 4, 3)).toEqual({ move: at(1, 0) });
    expect(actOf(key("Home"), at(2, 2), 4, 3)).toEqual({ move: at(2, 0) });
  });
  it("marks a range with Shift", () => {
    const act = actOf(key("ArrowRight", { shiftKey: true }), at(0, 0), 2, 3);
    expect(act).toEqual({ move: { from: { row: 0, col: 0 }, to: { row: 0, col: 1 } } });
    expect(cellsOf({ from: { row: 1, col: 1 }, to: { row: 0, col: 0 } })).toHaveLength(4);
  });
  it("writes by the place of the key, whatever the layout", () => {
    for (const [code, letter, want] of [
      ["KeyL", "д", "day"],
      ["KeyL", "l", "day"],
      ["KeyY", "н", "night"],
      ["KeyC", "с", "full"],
      ["Digit8", "8", "office"],
      ["Numpad8", "8", "office"],
      ["Digit0", "0", "off"],
      ["KeyD", "d", "day"],
      ["KeyN", "n", "night"],
      ["KeyS", "s", "full"],
    ] as const)
      expect(actOf(key(code, { key: letter }), at(0, 0), 1, 3)).toEqual({ set: want });
    expect(actOf(key("Delete"), at(0, 0), 1, 3)).toEqual({ clear: true });
    expect(actOf(key("KeyZ", { ctrlKey: true }), at(0, 0), 1, 3)).toEqual({ undo: true });
    expect(actOf(key("KeyL", { ctrlKey: true }), at(0, 0), 1, 3)).toBeNull();
    expect(actOf(key("KeyQ", { key: "й" }), at(0, 0), 1, 3)).toBeNull();
  });
});

describe("what is written", () => {
  const all: Range = { from: { row: 0, col: 0 }, to: { row: 0, col: 2 } };
  it("sets a range, leaves leave alone, and can be taken back", () => {
    const { marks, back } = write(month.rows, month.days, all, "night");
    expect(marks).toEqual([
      { member_id: 7, day: "2026-11-01", code: "night" },
      { member_id: 7, day: "2026-11-02", code: "night" },
    ]);
    expect(back).toEqual([
      { member_id: 7, day: "2026-11-01", code: "" },
      { member_id: 7, day: "2026-11-02", code: "off", hours: [] },
    ]);
  });
  it("Del makes a shift a day off, and what was written by hand the schedule's again", () => {
    expect(write(month.rows, month.days, all, null).marks).toEqual([
      { member_id: 7, day: "2026-11-01", code: "off" },
      { member_id: 7, day: "2026-11-02", code: "" },
    ]);
  });
});

describe("what is seen", () => {
  it("names days with nobody from today on, with those who could come", () => {
    expect(gapsOf(month)).toEqual([{ day: "2026-11-02", col: 1, work: "сантехника", candidates: [7] }]);
  });
  it("cuts leaves to the month", () => {
    expect(leaveBars(row, month.days).map((b) => [b.leave.id, b.from, b.to])).toEqual([
      [1, 2, 2],
      [2, 0, 0],
    ]);
  });
  it("reads and says hours over midnight", () => {
    expect(readHours("20:00–08:00")).toEqual([{ from: 1200, to: 1920 }]);
    expect(readHours("8:00-12:00, 13:00-17:00")).toHaveLength(2);
    expect(readHours("00:00–24:00")).toEqual([{ from: 0, to: 1440 }]);
    expect(readHours("")).toEqual([]);
    expect(readHours("с восьми")).toBeUndefined();
    expect(readHours("25:00–26:00")).toBeUndefined();
    expect(hoursText([{ from: 1200, to: 1920 }])).toBe("20:00–08:00");
  });
});
