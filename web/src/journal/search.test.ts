import { describe, expect, it } from "vitest";
import { isFiltered, queryOf, readSearch } from "./search";

describe("the list in the URL", () => {
  it("is what the URL says", () => {
    const search = { view: "open", status: ["new", "accepted"], kind: ["paid"], q: "бел 86", overdue: true };
    expect(readSearch({ ...search, kind: "paid", overdue: "true" })).toEqual(search);
    expect(readSearch({})).toEqual({});
  });

  it("leaves out what it does not understand", () => {
    const raw = { view: "bin", status: ["lost", "done"], kind: "", q: " ", overdue: "maybe", extra: "1" };
    expect(readSearch(raw)).toEqual({ status: ["done"] });
    expect(readSearch({ q: 118402 })).toEqual({ q: "118402" });
    expect(readSearch({ q: "я".repeat(500) }).q).toHaveLength(200);
  });

  it("asks the server for new ones when no view is named", () => {
    expect(queryOf({})).toEqual({ view: "new" });
    expect(queryOf({ view: "all", q: " бел " })).toEqual({ view: "all", q: "бел" });
  });

  it("knows whether anything but the view narrows it", () => {
    expect(isFiltered({ view: "all" })).toBe(false);
    expect(isFiltered({ overdue: true })).toBe(true);
  });
});
