import { beforeEach, describe, expect, it } from "vitest";
import { setServerTime } from "../time/clock";
import { newDraft } from "./draft";
import { Works } from "./works";

/** A browser begun anew with what is on the disk of this computer. */
function again(call: string) {
  return new Works().of(call, "");
}

describe("the copy of a draft on this computer", () => {
  beforeEach(() => {
    localStorage.clear();
    setServerTime(new Date().toISOString());
  });

  it("knows when it was made, so that a later one of the server counts", () => {
    const works = new Works();
    const { draft } = works.of("k-1", "");
    const before = Date.now();
    works.change("k-1", {
      draft: { ...draft, form: { ...draft.form, description: "x" } },
      dirty: true,
      copiedAt: null,
    });
    const kept = again("k-1");
    expect(kept).toMatchObject({ dirty: true, draft: { form: { description: "x" } } });
    expect(kept.copiedAt).toBeGreaterThanOrEqual(before - 100);
  });

  it("is older than any of the server's when it has no hour", () => {
    localStorage.setItem("d24.draft.k-2", JSON.stringify(newDraft("")));
    expect(again("k-2").copiedAt).toBe(0);
    expect(again("k-3").copiedAt).toBeNull();
  });
});
