import type { ru } from "./ru";

export const en: typeof ru = {
  title: "Summary",
  about: "Now. Each figure opens its list.",
  failed: "The summary did not load",
  capped: "1000+",
  status: "By state",
  kind: "Open by kind",
  due: "Deadlines",
  postponed: "Why postponed",
  tags: "Labels on open ones",
  none: "none",
  overdue: "Overdue",
  soon: "Due within a day",
  open: "Open in all",
};
