import { describe, expect, it } from "vitest";
import { queryOf } from "./api";
import { differences, valueText } from "./diff";
import { readAuditSearch } from "./search";

describe("the audit journal", () => {
  it("shows only the fields that differ, nested ones by their path", () => {
    expect(
      differences(
        { name: "Гусев", phones: ["+7"], hours: { from: "08:00", to: "17:00" }, same: 1 },
        { name: "Гусев П.", phones: ["+7", "+8"], hours: { from: "09:00", to: "17:00" }, same: 1, isNew: true },
      ),
    ).toEqual([
      { field: "name", before: "Гусев", after: "Гусев П." },
      { field: "phones", before: ["+7"], after: ["+7", "+8"] },
      { field: "hours.from", before: "08:00", after: "09:00" },
      { field: "isNew", before: undefined, after: true },
    ]);
  });
  it("shows every field of a row that was made, and none when nothing changed", () => {
    expect(differences(null, { a: 1, b: null })).toEqual([{ field: "a", before: undefined, after: 1 }]);
    expect(differences({ a: [1] }, { a: [1] })).toEqual([]);
  });
  it("says values in one line", () => {
    expect(valueText([true, "x", null], "да", "нет")).toBe("да, x, ");
    expect(valueText({ a: 1 }, "да", "нет")).toBe('{"a":1}');
    expect(valueText(undefined, "да", "нет")).toBe("");
  });
  it("reads the URL and leaves out what does not fit", () => {
    expect(readAuditSearch({ user: "12", area: "staff", q: " топит ", from: "2026-11-01", to: "nonsense" })).toEqual({
      user: 12,
      area: "staff",
      q: "топит",
      from: "2026-11-01",
    });
    expect(readAuditSearch({ user: "-1", area: "A b", object: 5 })).toEqual({});
  });
  it("takes days in the zone of the company, the last one whole", () => {
    expect(queryOf({ from: "2026-11-01", to: "2026-11-30" }, "Asia/Yekaterinburg")).toEqual({
      from: "2026-10-31T19:00:00.000Z",
      to: "2026-11-30T19:00:00.000Z",
    });
  });
});
