import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  tags: {
    title: "Tags",
    about: "Your own marks on requests: they are filtered and counted by them.",
    add: "Add a tag",
    empty: "No tags yet",
    emptyText: "For example: “Repeated”, “Warranty”, “Complaint”.",
    archived: (name) => `The tag “${name}” is archived`,
  },
  postpone: {
    title: "Reasons of deferral",
    about: "One is chosen when work is put off. Deferred requests are counted by them.",
    add: "Add a reason",
    empty: "No reasons yet",
    emptyText: "For example: “No access to the flat”, “Waiting for material”.",
    archived: (name) => `The reason “${name}” is archived`,
  },
  name: "Name",
  colour: "Colour",
  colours: { blue: "blue", violet: "violet", teal: "teal", pink: "pink", brown: "brown", grey: "grey" },
  save: "Save",
  added: (name) => `Added: ${name}`,
  saved: "Saved",
  restored: (name) => `“${name}” is in the list again`,
  edit: (name) => `Change “${name}”`,
  up: (name) => `Move “${name}” up`,
  down: (name) => `Move “${name}” down`,
  archive: "Archive",
  restore: "Restore",
  archiveTitle: "Archive",
  archiveNote: "Not offered any more, but old requests keep them.",
  failed: "The list did not load",
  readOnly: "The company’s administrator may change the list.",
};
