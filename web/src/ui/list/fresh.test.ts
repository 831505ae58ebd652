import { expect, it } from "vitest";
import { came } from "./fresh";

const rows = (...ids: number[]) => ids.map((id) => ({ id }));
const of = (found: readonly { id: number }[]) => found.map((t) => t.id);

it("what came between known rows waits, in whatever order the list runs; the next page does not", () => {
  expect(of(came(rows(9, 1, 8, 2, 3), new Set([1, 2])))).toEqual([9, 8]);
  expect(of(came(rows(1, 2, 3, 4), new Set([1, 2])))).toEqual([]);
  expect(of(came(rows(5, 6), new Set([1])))).toEqual([5, 6]);
  expect(of(came(rows(5), new Set()))).toEqual([5]);
});
