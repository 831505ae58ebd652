import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

const mb = (bytes: number) =>
  bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1024 / 1024).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;

export const en: Words<typeof ru> = {
  title: "Photos and files",
  add: "Add",
  camera: "Camera",
  failed: "The files did not load",
  empty: "No files yet",
  emptyMore: "Add a photo (JPEG, PNG, WebP) or a document (PDF, DOCX, XLSX), up to 25 MB. They can be dropped here.",
  drop: "Let go to add the files",
  tooBig: (most) => `The file is larger than ${most} MB.`,
  looking: "checking…",
  again: "Try again",
  forget: "Remove the row",
  more: (name) => `Caption and deleting: ${name}`,
  size: mb,
  points: (w, h) => `${w} × ${h}`,
  caption: "Caption",
  captionHint: "What is in the picture or the document",
  save: "Save",
  saved: "The caption is saved",
  download: "Download",
  remove: "Delete",
  deleted: (name) => `Deleted: ${name}`,
  notRestored: (name) => `Not brought back: ${name}`,
  before: "The photo before",
  next: "The next photo",
};
