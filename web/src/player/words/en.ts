import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  recording: (t) => `Recording of the call, ${t}`,
  play: "Play",
  pause: "Pause",
  seek: "Place in the recording",
  speed: "Speed",
  failed: "The recording did not open",
  times: (n) => `${String(n)}×`,
  peer: "caller",
  ours: "we",
  download: "Download the recording",
  until: (date) => `Kept until ${date}`,
  held: (why, who, date) => `Not removed: ${why} · ${who}, ${date}`,
  heldTicket: (why, who, date) => `The request's recordings are not removed: ${why} · ${who}, ${date}`,
  hold: "Keep",
  why: "Why the recording must not be removed",
  whole: "All calls of the request",
  keep: "Put the hold",
  kept: "The recording stays until the hold is lifted",
  release: "Lift the hold",
  released: "The hold is lifted: the recording goes when its term is over",
  of: (at, all) => `${at} / ${all}`,
};
