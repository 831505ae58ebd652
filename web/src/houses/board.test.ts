import { describe, expect, it } from "vitest";
import { boardOf, signsOf, step, type Ticket } from "./board";
import { generate } from "./generator";

const units = generate({ entrances: 2, floors: 3, perFloor: 2, from: 1, firstFloor: 1 }).map((u, i) => ({
  ...u,
  id: i + 1,
}));
const board = boardOf(units);
const ticket = (id: number, unit: string, kind: Ticket["kind"]): Ticket => ({
  id,
  number: id,
  unit,
  kind,
  status: "new",
  reason_name: "Протечка",
  executor: null,
  due_at: null,
  created_at: "2026-11-24T07:00:00Z",
  overdue: false,
});

describe("the chessboard", () => {
  it("stands floors from the top, entrances side by side", () => {
    expect(board.map((e) => e.number)).toEqual([1, 2]);
    expect(board[0]?.floors.map((f) => f.floor)).toEqual([3, 2, 1]);
    expect(board[0]?.floors[0]?.units.map((u) => u?.number)).toEqual(["5", "6"]);
    expect(board[1]?.floors[2]?.units.map((u) => u?.number)).toEqual(["7", "8"]);
  });
  it("keeps a hole where a floor is shorter, and rooms of no entrance at the end", () => {
    const b = boardOf([
      ...units.filter((u) => u.number !== "6"),
      { id: 99, number: "бойлер", entrance: 0, floor: -1, is_residential: false, area_m2: null },
    ]);
    expect(b[0]?.floors[0]?.units).toHaveLength(2);
    expect(b[0]?.floors[0]?.units[1]).toBeUndefined();
    expect(b.at(-1)).toMatchObject({ number: 0 });
    expect(b.at(-1)?.floors).toHaveLength(1);
  });
  it("leads by arrows over floors and into the next entrance", () => {
    expect(step(board, 1, "ArrowUp")).toBe(3);
    expect(step(board, 3, "ArrowDown")).toBe(1);
    expect(step(board, 1, "ArrowDown")).toBe(1);
    expect(step(board, 2, "ArrowRight")).toBe(7);
    expect(step(board, 7, "ArrowLeft")).toBe(2);
    expect(step(board, 8, "ArrowRight")).toBe(8);
    expect(step(board, 4, "Home")).toBe(3);
    expect(step(board, 3, "End")).toBe(10);
    expect(step(board, 0, "ArrowUp")).toBe(5);
  });
  it("gives a flat the sign of its most urgent request", () => {
    const signs = signsOf([
      ticket(1, "5", "paid"),
      ticket(2, "5", "emergency"),
      ticket(3, "5", "planned"),
      ticket(4, "", "planned"),
    ]);
    expect(signs.get("5")).toEqual({ kind: "emergency", count: 3 });
    expect(signs.get("")).toEqual({ kind: "planned", count: 1 });
    expect(signs.get("1")).toBeUndefined();
  });
});
