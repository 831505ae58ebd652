import { describe, expect, it } from "vitest";
import { limitOf } from "./deadline";

const at = (hhmm: string) => `2026-11-26T${hhmm}:00Z`;
const ms = (hhmm: string) => Date.parse(at(hhmm));
const fresh = {
  kind: "emergency",
  status: "new",
  accept_by: at("10:10"),
  localise_by: at("10:30"),
  due_at: at("14:00"),
  accepted_at: null,
  done_at: null,
} as const;

describe("the limit that runs", () => {
  it("of a new emergency is to accept it, then that it is late", () => {
    expect(limitOf(fresh, ms("10:05"))).toEqual({ state: "ahead", what: "accept", at: ms("10:10"), hot: true });
    expect(limitOf(fresh, ms("10:11"))).toEqual({ state: "late", what: "accept", since: ms("10:10") });
  });

  it("of one in work is to localise, then to finish", () => {
    const taken = { ...fresh, status: "accepted", accepted_at: at("10:08") } as const;
    expect(limitOf(taken, ms("10:20"))).toEqual({ state: "ahead", what: "localise", at: ms("10:30"), hot: true });
    expect(limitOf(taken, ms("10:31"))).toEqual({ state: "ahead", what: "finish", at: ms("14:00"), hot: false });
    expect(limitOf(taken, ms("14:01"))).toEqual({ state: "late", what: "finish", since: ms("14:00") });
  });

  it("is over with the work: in time or late", () => {
    const done = { ...fresh, status: "closed", done_at: at("13:59") } as const;
    expect(limitOf(done, ms("23:00"))).toEqual({ state: "done", late: false });
    expect(limitOf({ ...done, done_at: at("14:01") }, ms("23:00"))).toEqual({ state: "done", late: true });
    expect(limitOf({ ...done, status: "cancelled" }, ms("23:00"))).toEqual({ state: "none" });
  });

  it("is none when nothing is set", () => {
    const free = { ...fresh, kind: "planned", accept_by: null, localise_by: null, due_at: null } as const;
    expect(limitOf(free, ms("10:00"))).toEqual({ state: "none" });
  });
});
