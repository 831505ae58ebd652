/** What the buttons of a card do. Pure. */
import type { Action, Status, TicketCard } from "../api/types";
import { momentIn } from "../time/format";

/** Actions that ask something first. */
export type Asking = "postpone" | "done" | "close" | "cancel" | "reopen" | "refuse" | "pause";
/** What the request is about turns out to be something else. */
export type Sorting = "resort" | "merge";
/** It is about another address. */
export type Placing = "replace";
/** Actions that are done at once. */
export type AtOnce = "accept" | "start" | "reassign" | "resume" | "localise";

export const TO: Record<Exclude<Asking, "refuse" | "pause"> | "start", Exclude<Status, "new">> = {
  postpone: "postponed",
  done: "done",
  close: "closed",
  cancel: "cancelled",
  reopen: "in_progress",
  start: "in_progress",
} as const;

/** Everything a button of a card may do. */
export type Doing = Asking | AtOnce | Sorting | Placing;

const order: readonly Doing[] = [
  "reassign",
  "accept",
  "start",
  "done",
  "close",
  "reopen",
  "resume",
  "localise",
  "pause",
  "postpone",
  "cancel",
  "refuse",
  "resort",
  "replace",
  "merge",
];

/** The next thing to do is the only filled button; the rest follow quieter. Reassign comes first: its executor has left. Comment is not a button of this row. */
export function buttonsOf(ticket: Pick<TicketCard, "can">): {
  main: Doing | null;
  rest: Doing[];
} {
  const can = new Set<Action>(ticket.can);
  const there = order.filter((a) => can.has(a));
  return { main: there[0] ?? null, rest: there.slice(1) };
}

/** Under the thumb «Принять» becomes «Выполнено» in the same place; before that nothing but the answer is asked. */
export function thumbsOf(ticket: Pick<TicketCard, "can">): ReturnType<typeof buttonsOf> {
  const { main, rest } = buttonsOf(ticket);
  if (main === "accept") return { main, rest: rest.filter((a) => a !== "start" && a !== "done") };
  if (main === "start" && rest.includes("done")) {
    return { main: "done", rest: ["start", ...rest.filter((a) => a !== "done")] };
  }
  return { main, rest };
}

const AT_ONCE: ReadonlySet<Doing> = new Set<AtOnce>(["accept", "start", "reassign", "resume", "localise"]);

export function asks(action: Doing): action is Asking {
  return !AT_ONCE.has(action) && !sorts(action) && !places(action);
}

export function places(action: Doing): action is Placing {
  return action === "replace";
}

export function sorts(action: Doing): action is Sorting {
  return action === "resort" || action === "merge";
}

/** A reason must be given for a deferral, a break, a rejection, a refusal and a reopening (the server says the same). */
export function needsReason(action: Asking): action is "postpone" | "cancel" | "reopen" | "refuse" | "pause" {
  return action !== "done" && action !== "close";
}

export type MoveForm = { reason: string; date: string; time: string; comment: string };
export type MoveErrors = { reason?: true; until?: true };

/** What is missing in the dialog; `until` must lie in the future by the clock of the house. */
export function checkMove(action: Asking, form: MoveForm, zone: string, now: number): MoveErrors {
  const out: MoveErrors = {};
  if (needsReason(action) && !form.reason.trim()) out.reason = true;
  if (action === "postpone") {
    const until = form.date && form.time ? Date.parse(momentIn(zone, form.date, form.time)) : NaN;
    if (!(until > now)) out.until = true;
  }
  return out;
}
