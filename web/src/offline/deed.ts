/** What a person does with a request on his phone, and how the request looks while that waits for a network. Pure. */
import type { Action, TicketCard, TicketMove, TicketRow } from "../api/types";

export type Verb =
  /** `back`: it has gone on to another meanwhile, and he takes it back (F34). */
  | { verb: "accept"; back?: true }
  | { verb: "move"; body: TicketMove }
  | { verb: "pause"; body: { reason: string } }
  | { verb: "resume" }
  | { verb: "localise" }
  | { verb: "comment"; body: { text: string; is_for_resident: boolean } }
  | { verb: "photo"; file: Blob; name: string };

/** A deed kept on the device. `refused`: what the server said; it is not sent again by itself. */
export type Deed = Verb & {
  seq: number;
  key: string;
  user: number;
  ticket: number;
  number: number;
  at: string; // by the server's clock as the phone knows it
  refused?: { code: string; text: string };
};

const changes = (d: Deed) => d.verb !== "comment" && d.verb !== "photo";

/** Whether `d` must stay behind: an earlier change of the same request was refused, so this one rests on nothing. */
export function staysBehind(d: Deed, before: readonly Deed[]): Deed["refused"] {
  if (!changes(d)) return undefined;
  return before.find((b) => b.ticket === d.ticket && b.seq < d.seq && changes(b) && b.refused)?.refused;
}

/** The request as it will be when what waits has come. */
export function after<T extends TicketRow>(ticket: T, deeds: readonly Deed[]): T {
  const out = { ...ticket };
  for (const d of deeds) {
    if (d.ticket !== ticket.id || d.refused) continue;
    if (d.verb === "accept" && out.status === "new") put(out, "accepted", ["accept", "refuse"], ["start", "done"]);
    else if (d.verb === "move" && d.body.to === "in_progress")
      begin(put(out, "in_progress", ["start", "accept", "refuse"], ["done", "pause"]), d);
    else if (d.verb === "pause" && out.status === "in_progress")
      end(put(out, "in_progress", ["pause"], ["resume"]), d, d.body.reason);
    else if (d.verb === "resume" && out.status === "in_progress")
      begin(put(out, "in_progress", ["resume"], ["pause"]), d);
    else if (d.verb === "localise") put(out, out.status, ["localise"], []);
    else if (d.verb === "move" && d.body.to === "done")
      end(put(out, "done", ["accept", "refuse", "start", "done", "postpone", "pause", "resume"], []), d, "");
  }
  return out;
}

type Partly = TicketRow & Partial<Pick<TicketCard, "can" | "works">>;

function put(t: Partly, status: TicketRow["status"], less: Action[], more: Action[]): Partly {
  t.status = status;
  if (t.can) {
    const kept = t.can.filter((a) => !less.includes(a));
    t.can = [...kept, ...more.filter((a) => !kept.includes(a))];
  }
  return t;
}

/** A period of work begins at the hour of the deed. */
function begin(t: Partly, d: Deed): void {
  if (!t.works) return;
  end(t, d, "");
  const name = t.executor?.name ?? "";
  t.works = [...t.works, { began_at: d.at, began_by: name, ended_at: null, ended_by: "", why: "", executor: name }];
}

function end(t: Partly, d: Deed, why: string): void {
  const ended = { ended_at: d.at, ended_by: t.executor?.name ?? "", why };
  if (t.works) t.works = t.works.map((w) => (w.ended_at === null ? { ...w, ...ended } : w));
}
