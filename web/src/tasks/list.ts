import type { TaskRow } from "../api/types";

export type Group = "all" | "emergency" | "callback" | "question" | "supplier" | "late" | "unanswered";

const groups: Record<TaskRow["purpose"], Group> = {
  handover: "emergency",
  announcement: "emergency",
  responsible: "emergency",
  callback: "callback",
  status_inquiry: "question",
  feedback: "question",
  resident: "question",
  supplier_handover: "supplier",
  supplier_inquiry: "supplier",
  message: "question",
  connection: "question",
};

export function groupOf(t: TaskRow): Group {
  return groups[t.purpose];
}

/** Whether the promise of a task is broken now. */
export function isLate(t: TaskRow, now: number): boolean {
  return t.is_late || (groupOf(t) === "callback" && t.promise_at !== null && Date.parse(t.promise_at) < now);
}

export function fits(t: TaskRow, group: Group, company: number, now: number): boolean {
  if (company && t.company_id !== company) return false;
  if (group === "all") return true;
  if (group === "late") return isLate(t, now);
  if (group === "unanswered") return t.unanswered;
  return groupOf(t) === group;
}
