import type { CallRow, TaskCard } from "../api/types";
import type { Phone } from "../softphone/machine";
import type { CallView } from "../softphone/protocol";
import type { Work } from "./works";

/** The call on the screen and what is still owed to it. */
export interface Current {
  call: CallView;
  /** It is opened from the list of unfinished ones: the telephone knows nothing of it. */
  isOld: boolean;
}

/** A call opened from the list, in the telephone's shape. */
export function viewOf(row: CallRow): CallView {
  return {
    key: row.key,
    direction: row.direction === "inbound" ? "inbound" : "task",
    state: "ended",
    since: row.ended_at ?? row.started_at,
    dial_at: null,
    phone: row.phone,
    line_phone: row.called,
    line_kind: row.company_id ? "dedicated" : "citywide",
    city: "",
    zone: row.zone,
    company_id: row.company_id ?? 0,
    company_name: row.company_name,
    greeting: "",
    waited_since: row.queued_at ?? row.started_at,
    purpose: row.purpose,
    title: "",
    task_id: row.task_id ?? 0,
    ticket_id: row.ticket_id ?? 0,
    outcome: row.outcome,
    recording: row.recording_id !== null,
    returned: false,
  };
}

/** Whether the request form stands beside this call: a resident speaks, or is called back. */
export function hasForm(call: CallView): boolean {
  return call.direction === "inbound" || (call.purpose === "callback" && call.ticket_id === 0);
}

/** Nobody was spoken to: the system writes such an end down itself. */
function unheard(call: CallView, isCut: boolean): boolean {
  return call.state === "ended" && call.outcome !== "answered" && !isCut;
}

/** Whether the result of the call is said, or none is needed. */
export function isSettled(
  call: CallView,
  work: Pick<Work, "result">,
  disposed: CallRow["disposition"],
  task: Pick<TaskCard, "task"> | undefined,
  isCut: boolean,
): boolean {
  if (call.direction === "inbound") return disposed !== "";
  if (unheard(call, isCut)) return true;
  if (work.result !== "" || (hasForm(call) && disposed !== "")) return true;
  return (
    task !== undefined && (task.task.state === "done" || task.task.state === "withdrawn") && task.task.result !== ""
  );
}

/** While this is true no new call may come: the person has something to write. */
export function needsPaper(call: CallView, settled: boolean, p: Pick<Phone, "state">): boolean {
  if (call.state === "ringing" || call.state === "counting" || call.state === "dialling") return false;
  if (!settled) return true;
  // All is said. The wrap-up ends by itself; after it the person says that he is ready.
  return call.state === "ended" && p.state === "pause";
}

/** Whether the screen may go back to rest by itself: all is said and the engine's wrap-up is over. */
export function mayLeave(call: CallView, settled: boolean, p: Pick<Phone, "state" | "paperwork">): boolean {
  return call.state === "ended" && settled && !p.paperwork && p.state !== "talking" && p.state !== "wrap_up";
}
