import type { ru } from "./ru";

/** Words of the telephone on the operator's desk in English. */
export const en: typeof ru = {
  choice: "Calls come",
  browser: "To the browser",
  phone: "To the desk phone",
  pickUp: "Pick up the receiver",
  pickUpText: "The desk phone rings",
  away: "The desk phone is not registered",
  awayText: "Look at the phone and its cable, or choose “To the browser”",
  readySub: "The call will come to the desk phone",
};
