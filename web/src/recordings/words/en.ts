import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

const records = (n: number) => `${String(n)} ${n === 1 ? "recording" : "recordings"}`;

export const en: Words<typeof ru> = {
  title: "Recordings of calls",
  about:
    "How long recordings are kept. When the term is over, a recording is removed at night: the sound, its row and its picture. The call says so.",
  failed: "The term did not load",
  readOnly: "The company's administrator changes the term.",
  term: "Term",
  presets: {
    quarter: "3 months",
    half: "half a year",
    year: "a year",
    three: "3 years",
    five: "5 years",
  },
  own: "Another term",
  days: "Days",
  law: (days) => `By law the journal of requests is kept for ${String(days)} days (Government Decree 416, 16 and 38).`,
  less: "This is less than the journal of requests is kept: an inspection or a court may ask for a recording that is gone.",
  save: "Save the term",
  saved: "The term is changed",
  now: "What there is now",
  count: (n, size) => `${records(n)}, ${size}`,
  none: "There are no recordings yet.",
  oldest: (date) => `The oldest is of ${date}`,
  held: (n) => `Kept by a hold: ${records(n)}`,
  due: (n) => `The term is over: ${records(n)}. They go in the coming night.`,
  waiting: (due, waiting) =>
    `The term is over: ${records(due)}. Only a small share goes in one night without a person's word, so ${records(waiting)} wait. Look at the term and confirm.`,
  confirm: (n) => `Confirm the removal: ${records(n)}`,
  confirmed: "Confirmed: they go in the coming night",
  sweeps: "The last removals",
  noSweeps: "Nothing was removed yet.",
  swept: (n, size) => `${records(n)} removed, ${size}`,
  sweptFailed: (n) => `failed: ${String(n)}`,
  sweptWaiting: (n) => `waiting for confirmation: ${String(n)}`,
  size: (bytes) =>
    bytes < 1_000_000
      ? `${String(Math.round(bytes / 1000))} KB`
      : bytes < 1_000_000_000
        ? `${(bytes / 1_000_000).toFixed(1)} MB`
        : `${(bytes / 1_000_000_000).toFixed(1)} GB`,
  holdHint:
    "Keep a recording that is needed longer by “Keep” at the call: in a request's history or in the call journal.",
  keys: {
    title: "Key of recordings",
    failed: "The keys did not load",
    none: "There is no key yet: the first sealed recording makes one.",
    since: (date, keys, n) => `New recordings are sealed by the key of ${date}. Keys: ${String(keys)}, ${records(n)}.`,
    destroyed: (n) => `Keys destroyed: ${String(n)}. Nobody opens what they sealed.`,
    rotate: "Change the key",
    rotated: "The key is changed: new recordings are sealed by it, older ones open as before",
    destroy: "Destroy the keys",
    danger: (n) =>
      `All sealed recordings of the company (${records(n)}) will be closed for good, in backups too. There is no way back. Two people are needed: the first asks, the second confirms within a day.`,
    name: (name) => `Type the company's name: ${name}`,
    ask: "Ask to destroy",
    finish: "Destroy for good",
    asked: "The request is written down: now a second person must confirm",
    done: "The keys are destroyed: the recordings are closed for good",
    askedBy: (who, at) => `${who} asks to destroy the keys, ${at}. A second person has a day.`,
    mine: "This is your own request: only another person can confirm it.",
    keep: "Take the request back",
    kept: "The request is taken back",
  },
};
