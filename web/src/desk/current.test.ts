import { describe, expect, it } from "vitest";
import { callView } from "../softphone/fakes";
import { isSettled, mayLeave, needsPaper } from "./current";

const none = { result: "" } as const;

describe("a call on the desk", () => {
  it("is not left without a result", () => {
    const ended = callView({ state: "ended", outcome: "answered" });
    expect(isSettled(ended, none, "", undefined, false)).toBe(false);
    expect(needsPaper(ended, false, { state: "wrap_up" })).toBe(true);
    for (const d of ["ticket", "linked", "consultation", "wrong_number"] as const) {
      expect(isSettled(ended, none, d, undefined, false)).toBe(true);
    }
    expect(needsPaper(ended, true, { state: "wrap_up" })).toBe(false);
  });

  it("holds the next one back from the first word on, not while it rings", () => {
    expect(needsPaper(callView(), false, { state: "ringing" })).toBe(false);
    expect(needsPaper(callView({ state: "talking" }), false, { state: "talking" })).toBe(true);
  });

  it("of a task nobody answered needs nothing; of one that was cut by us does", () => {
    const busy = callView({ direction: "task", purpose: "handover", state: "ended", outcome: "busy" });
    expect(isSettled(busy, none, "", undefined, false)).toBe(true);
    const cut = callView({ direction: "task", purpose: "handover", state: "ended", outcome: "unknown" });
    expect(isSettled(cut, none, "", undefined, true)).toBe(false);
  });

  it("of a task is settled by the operator's word", () => {
    const talk = callView({ direction: "task", purpose: "handover", state: "talking" });
    expect(isSettled(talk, none, "", undefined, false)).toBe(false);
    expect(isSettled(talk, { result: "accepted" }, "", undefined, false)).toBe(true);
  });

  it("stays on the screen through the wrap-up, and then leaves it", () => {
    const ended = callView({ state: "ended", outcome: "answered" });
    expect(mayLeave(ended, true, { state: "wrap_up", paperwork: false })).toBe(false);
    expect(mayLeave(ended, true, { state: "ready", paperwork: false })).toBe(true);
    expect(mayLeave(ended, false, { state: "ready", paperwork: false })).toBe(false);
  });
});
