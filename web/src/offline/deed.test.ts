import { describe, expect, it } from "vitest";
import type { TicketCard } from "../api/types";
import { after, staysBehind, type Deed, type Verb } from "./deed";

const card = { id: 7, status: "new", can: ["accept", "refuse", "postpone", "comment"] } as unknown as TicketCard;
const deed = (seq: number, verb: Verb, more: Partial<Deed> = {}) =>
  ({ ...verb, seq, key: `k${seq}`, user: 1, ticket: 7, number: 70, at: "2026-11-26T10:00:00Z", ...more }) as Deed;
const accept: Verb = { verb: "accept" };
const done: Verb = { verb: "move", body: { to: "done", version: 1 } };
const no = { code: "ticket.taken", text: "Заявку уже взял Сафин" };

// J12: the phone shows what was done, before the server has heard of it.
describe("a request with deeds that wait", () => {
  it("is taken, and may be started and finished", () => {
    const t = after(card, [deed(1, accept)]);
    expect(t.status).toBe("accepted");
    expect(t.can).toEqual(["postpone", "comment", "start", "done"]);
  });
  it("is done: nothing but a comment is left", () => {
    const t = after(card, [deed(1, accept), deed(2, done)]);
    expect(t.status).toBe("done");
    expect(t.can).toEqual(["comment"]);
  });
  it("is worked on in periods, each with the hours of the phone", () => {
    const mine = { ...card, status: "accepted", can: ["start"], works: [], executor: { id: 1, name: "Гусев" } };
    const start: Verb = { verb: "move", body: { to: "in_progress", version: 1 } };
    const deeds = [
      deed(1, start, { at: "2026-11-26T10:00:00Z" }),
      deed(2, { verb: "pause", body: { reason: "нет ключа" } }, { at: "2026-11-26T10:20:00Z" }),
    ];
    const broken = after(mine as unknown as TicketCard, deeds);
    expect(broken.can).toEqual(["done", "resume"]);
    expect(broken.works).toMatchObject([
      { began_at: "2026-11-26T10:00:00Z", ended_at: "2026-11-26T10:20:00Z", why: "нет ключа", ended_by: "Гусев" },
    ]);
    const again = after(broken, [deed(3, { verb: "resume" }, { at: "2026-11-26T11:00:00Z" })]);
    expect(again.can).toEqual(["done", "pause"]);
    expect(again.works).toMatchObject([{}, { began_at: "2026-11-26T11:00:00Z", ended_at: null }]);
    const over = after(again, [deed(4, done, { at: "2026-11-26T12:00:00Z" })]);
    expect(over.can).toEqual([]);
    expect(over.works[1]).toMatchObject({ ended_at: "2026-11-26T12:00:00Z" });
  });
  it("is localised once, whatever its state", () => {
    const accident = { ...card, status: "accepted", can: ["start", "localise"] } as unknown as TicketCard;
    expect(after(accident, [deed(1, { verb: "localise" })])).toMatchObject({ status: "accepted", can: ["start"] });
  });
  it("is as it was when the deed was refused, or is of another request", () => {
    expect(after(card, [deed(1, accept, { refused: no })])).toEqual(card);
    expect(after(card, [deed(1, accept, { ticket: 8 })])).toEqual(card);
  });
});

// J12: who was late does not finish what another has taken; his words and photos come all the same.
describe("after a refusal", () => {
  const refused = deed(1, accept, { refused: no });
  it("changes of the same request stay behind", () => {
    expect(staysBehind(deed(2, done), [refused])).toEqual(no);
    expect(staysBehind(deed(2, { verb: "resume" }), [refused])).toEqual(no);
  });
  it("a comment and another request do not", () => {
    const comment: Verb = { verb: "comment", body: { text: "а", is_for_resident: false } };
    expect(staysBehind(deed(2, comment), [refused])).toBeUndefined();
    expect(staysBehind(deed(2, done, { ticket: 8 }), [refused])).toBeUndefined();
  });
});
