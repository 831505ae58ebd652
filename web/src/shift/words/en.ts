import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  title: "Shift",
  tabs: {
    incidents: "To look into",
  },
  failed: "Not loaded",
  city: "City number",
  hidden: "number hidden",
  incident: {
    open: "Open",
    looked: "Looked into",
    none: "Nothing to look into",
    noneText: "Calls answered after five minutes and messages of hidden numbers will stand here.",
    noneLooked: "None yet",
    late: "Answered after five minutes",
    message: "Message of a hidden number",
    waits: (time) => `waits for ${time}`,
    answered: (time) => `waited ${time}, answered`,
    gaveUp: (time) => `waited ${time}, gave up`,
    note: "What was found",
    look: "Done",
    by: (name, time) => `${name}, ${time}`,
  },
};
