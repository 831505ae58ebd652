import { describe, expect, it } from "vitest";
import { CONDITIONS, isFiltered, queryOf, readSearch, without, type JournalSearch } from "./search";

const zone = "Asia/Yekaterinburg";

/** Each condition as it stands in the URL, and what the server is asked. */
const each: { [K in (typeof CONDITIONS)[number]]: [JournalSearch[K], Record<string, unknown>] } = {
  q: ["бел 86", { q: "бел 86" }],
  address: ["мира", { address: "мира" }],
  phone: ["+79000900001", { phone: "+79000900001" }],
  unit: ["5а", { unit: "5а" }],
  postponed: ["нет доступа", { postponed: "нет доступа" }],
  status: [["new", "done"], { status: ["new", "done"] }],
  kind: [["paid"], { kind: ["paid"] }],
  source: [["app", "bot"], { source: ["app", "bot"] }],
  tag: [[3, 9], { tag_id: [3, 9] }],
  company: [2, { company_id: 2 }],
  house: [86, { building_id: 86 }],
  executor: [5, { executor_id: 5 }],
  responsible: [6, { responsible_id: 6 }],
  reason: [7, { reason_id: 7 }],
  group: [8, { group_id: 8 }],
  number: [118402, { number: 118402 }],
  from: ["2026-11-01", { from: "2026-10-31T19:00:00.000Z" }],
  to: ["2026-11-30", { to: "2026-11-30T19:00:00.000Z" }],
  due_from: ["2026-11-24", { due_from: "2026-11-23T19:00:00.000Z" }],
  due_to: ["2026-11-24", { due_to: "2026-11-24T19:00:00.000Z" }],
  overdue: [true, { overdue: true }],
  soon: [true, { soon: true }],
  unread: [true, { unread: true }],
};

describe("the list in the URL", () => {
  it.each(CONDITIONS)("%s alone: read from the URL, asked of the server, dropped", (key) => {
    const [value, asked] = each[key];
    const inURL = Array.isArray(value) ? value.map(String) : String(value);
    const search = readSearch({ [key]: inURL });
    expect(search).toEqual({ [key]: value });
    expect(queryOf(search, zone)).toEqual({ view: "new", ...asked });
    expect(isFiltered(search)).toBe(true);
    expect(without(search, key)).toEqual({});
  });

  it("all together", () => {
    const raw = Object.fromEntries(CONDITIONS.map((key) => [key, each[key][0]]));
    const search = readSearch({ ...raw, view: "all", order: "due" });
    expect(search).toEqual({ ...raw, view: "all", order: "due" });
    expect(queryOf(search, zone)).toEqual(Object.assign({ view: "all" }, ...CONDITIONS.map((key) => each[key][1])));
  });

  it("leaves out what it does not understand", () => {
    const raw = { view: "bin", status: ["lost", "done"], kind: "", q: " ", overdue: "maybe", extra: "1", order: "up" };
    expect(readSearch(raw)).toEqual({ status: ["done"] });
    expect(readSearch({ from: "2026-13-45", house: "-1", reason: "x", tag: ["1", "no", "1"] })).toEqual({ tag: [1] });
    expect(readSearch({ q: 118402 })).toEqual({ q: "118402" });
    expect(readSearch({ q: "я".repeat(500) }).q).toHaveLength(200);
  });

  it("asks the server for new ones when no view is named", () => {
    expect(queryOf({}, zone)).toEqual({ view: "new" });
    expect(isFiltered({ view: "all", order: "due" })).toBe(false);
  });
});
