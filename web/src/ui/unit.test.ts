import { describe, expect, it } from "vitest";
import { ru } from "./words/ru";

describe("a unit (H1)", () => {
  it.each([
    ["45", "кв. 45"],
    ["45а", "кв. 45а"],
    ["Н5", "кв. Н5"],
    ["оф. 3", "оф. 3"],
    ["подвал", "подвал"],
  ])("%s is written as %s", (unit, want) => expect(ru.unitShort(unit)).toBe(want));
});
