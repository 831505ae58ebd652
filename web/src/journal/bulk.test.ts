import { describe, expect, it } from "vitest";
import { changeOf, emptyForm, lacks } from "./bulk";
import { between, companyOf } from "./picks";

describe("choosing rows", () => {
  const rows = [{ id: 9 }, { id: 7 }, { id: 5 }, { id: 3 }];
  it("with Shift takes all from one row to another, whichever stands first", () => {
    expect(between(rows, 7, 3)).toEqual([7, 5, 3]);
    expect(between(rows, 3, 9)).toEqual([9, 7, 5, 3]);
    expect(between(rows, 99, 5)).toEqual([5]); // the first row has left the list
  });
  it("knows whose they are only when they are of one company", () => {
    const of = (...companies: number[]) => new Map(companies.map((company, i) => [i, { version: 1, company }]));
    expect(companyOf(of(2, 2))).toBe(2);
    expect(companyOf(of(2, 3))).toBe(0);
    expect(companyOf(of())).toBe(0);
  });
});

describe("a change of many", () => {
  const form = emptyForm("2026-11-27");
  it("is not sent without what it needs", () => {
    expect(lacks("status", form)).toBe("to");
    expect(lacks("status", { ...form, to: "cancelled", reason: " " })).toBe("reason");
    expect(lacks("status", { ...form, to: "in_progress" })).toBeNull(); // asked of those reopened only
    expect(lacks("status", { ...form, to: "postponed", reason: "ждём", date: "" })).toBe("date");
    expect(lacks("executor", form)).toBe("member");
    expect(lacks("labels", form)).toBe("labels");
    expect(lacks("labels", { ...form, off: [1] })).toBeNull();
  });
  it("sends what its kind has, and nothing left over from another state", () => {
    const filled = { ...form, to: "done" as const, reason: "из другого состояния", member: 5 };
    expect(changeOf("status", filled, "Asia/Yekaterinburg")).toEqual({ what: "status", to: "done" });
    expect(changeOf("executor", filled, "Asia/Yekaterinburg")).toEqual({ what: "executor", member_id: 5 });
    expect(changeOf("status", { ...filled, to: "postponed" }, "Asia/Yekaterinburg")).toEqual({
      what: "status",
      to: "postponed",
      reason: "из другого состояния",
      until: "2026-11-27T07:00:00.000Z",
    });
  });
});
