import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  title: "Numbers and greetings",
  about:
    "What a caller hears before an operator answers. A recorded phrase takes the place of the words that the machine speaks.",
  failed: "The numbers did not load",
  empty: "No numbers yet",
  emptyText: "The dispatch centre enters numbers: tell it which you have.",
  dedicated: "the company’s number",
  citywide: (city) => `common number of ${city}`,
  text: "Words of the greeting",
  textHint: "Spoken by the machine in a female voice. Numbers and addresses may be written in figures.",
  save: "Save the words",
  saved: "The words are saved",
  phrase: (length) => `Recorded phrase, ${length}`,
  lost: "The phrase’s file is lost: the words are spoken meanwhile",
  noPhrase: "The words are spoken, there is no recorded phrase",
  hear: "Listen",
  hearing: "Listening",
  stop: "Stop",
  upload: "Upload a phrase (WAV)",
  replaced: "The phrase is uploaded and heard",
  back: "Back to the words",
  backDone: "The words are spoken",
  unheard: "It could not be played",
  tooBig: "The file is over 20 MB: upload a phrase of two minutes at most.",
  seconds: (n) => `${n} s`,
};
