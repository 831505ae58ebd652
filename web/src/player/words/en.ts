import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  recording: (t) => `Recording of the call, ${t}`,
  play: "Play",
  pause: "Pause",
  seek: "Place in the recording",
  speed: "Speed",
  failed: "The recording did not open",
  of: (at, all) => `${at} / ${all}`,
};
