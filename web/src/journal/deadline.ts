/** Which limit of a request runs now. Pure; the words are made where they are shown. */
import type { TicketRow } from "../api/types";

export type Limit =
  | { state: "none" }
  /** The work is over: in time or late. */
  | { state: "done"; late: boolean }
  /** A limit lies ahead at `at`; `hot`: an emergency's, it is counted by the second. */
  | { state: "ahead"; what: "accept" | "localise" | "finish"; at: number; hot: boolean }
  /** A limit has passed; `since` is when. */
  | { state: "late"; what: "accept" | "finish"; since: number };

type Facts = Pick<TicketRow, "kind" | "status" | "accept_by" | "localise_by" | "due_at" | "accepted_at" | "done_at">;

const ms = (iso: string | null) => (iso === null ? null : Date.parse(iso));

/** The limit that matters at `now` (ms). Nobody marks localisation yet, so when its hour is past the next limit is shown. */
export function limitOf(t: Facts, now: number): Limit {
  const due = ms(t.due_at);
  if (t.status === "cancelled") return { state: "none" };
  if (t.status === "done" || t.status === "closed") {
    const done = ms(t.done_at);
    return done === null || due === null ? { state: "none" } : { state: "done", late: done > due };
  }
  const hot = t.kind === "emergency";
  if (due !== null && now > due) return { state: "late", what: "finish", since: due };
  const accept = ms(t.accept_by);
  if (t.status === "new" && t.accepted_at === null && accept !== null) {
    return now > accept
      ? { state: "late", what: "accept", since: accept }
      : { state: "ahead", what: "accept", at: accept, hot };
  }
  const localise = ms(t.localise_by);
  if (localise !== null && now <= localise) return { state: "ahead", what: "localise", at: localise, hot };
  return due === null ? { state: "none" } : { state: "ahead", what: "finish", at: due, hot: false };
}
