/** The tabs of the supervisor's page, in their order. */
export const TABS = ["calls", "operators", "tasks", "escalations", "incidents", "handover"] as const;
export type Tab = (typeof TABS)[number];

export type ShiftSearch = { tab?: Tab };

/** `?tab=escalations`; anything else is the first. */
export function readShift(search: Record<string, unknown>): ShiftSearch {
  const tab = TABS.find((t) => t === search.tab);
  return tab ? { tab } : {};
}
