import type { ru } from "./ru";

const tickets = (n: number) => `${n.toLocaleString("en")} ${n === 1 ? "request" : "requests"}`;

export const en: typeof ru = {
  title: "Errands",
  about: "Changes of many requests and exports that you started. They go on while the program is closed.",
  empty: "No errands yet",
  emptyText: "Tick requests in the journal or press Export: here you see how far it is.",
  failed: "Errands did not load",
  kind: { change: "Change of requests", export: "Export", register: "Register for a supervisory body" },
  state: { waiting: "queued", running: "running", stopping: "stopping", stopped: "stopped", done: "finished" },
  of: (done, total) => `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
  changed: (n) => `${n.toLocaleString("en")} changed`,
  refused: (n) => `${n.toLocaleString("en")} not changed`,
  rows: tickets,
  stop: "Stop",
  resume: "Resume",
  report: "Report",
  file: "Download",
  until: (at) => `the file is kept until ${at}`,
  expired: "the file is not kept any more",
  why: "Why they were not changed",
  whyMore: (n) => `and ${tickets(n)} more: all are in the report`,
  list: "To the list",
  hide: "Hide",
  all: "All errands",
};
