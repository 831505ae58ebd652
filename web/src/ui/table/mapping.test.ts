import { describe, expect, it } from "vitest";
import { choose, guessed, missing, written } from "./mapping";

const columns = [
  { index: 0, heading: "Улица", samples: ["Мира"], field: "street", is_names: false },
  { index: 1, heading: "ФИО", samples: [], field: "house", is_names: true },
  { index: 2, heading: "№", samples: ["5"], field: "", is_names: false },
];
const fields = [
  { key: "street", label: "Улица", is_required: true },
  { key: "house", label: "Дом", is_required: true },
  { key: "floors", label: "Этажей", is_required: false },
];

describe("columns of a table", () => {
  it("takes what was guessed, never names", () => {
    expect(guessed(columns)).toEqual({ 0: "street" });
  });
  it("keeps one column for a field", () => {
    const m = choose(guessed(columns), 2, "house");
    expect(m).toEqual({ 0: "street", 2: "house" });
    expect(choose(m, 2, "street")).toEqual({ 2: "street" });
    expect(choose(m, 0, "")).toEqual({ 2: "house" });
  });
  it("names the required ones left", () => {
    expect(missing({ 0: "street" }, fields).map((f) => f.key)).toEqual(["house"]);
    expect(missing({ 0: "street", 2: "house" }, fields)).toEqual([]);
  });
  it("is written for the server", () => {
    expect(written({ 0: "street", 2: "house" })).toBe("0:street,2:house");
  });
});
