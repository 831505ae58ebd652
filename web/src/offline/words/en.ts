import { pluralEn, type Words } from "../../i18n/i18n";
import type { Deed } from "../deed";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  number: (n: string) => `No. ${n}`,
  waits: (n: number) =>
    `Waiting to be sent: ${n}. ${pluralEn(n, "It goes", "They go")} by itself when there is a network.`,
  wait: "waits to be sent",
  notDone: "not done.",
  gone: "The request is not yours any more: it was given to another.",
  takeBack: "Take it back",
  understood: "Understood",
  what: (d: Deed) => {
    switch (d.verb) {
      case "accept":
        return d.back ? "Take it back" : "Take";
      case "move":
        return d.body.to === "done" ? "Done" : "In work";
      case "pause":
        return "Break work off";
      case "resume":
        return "Go on with work";
      case "localise":
        return "The accident does no more harm";
      case "comment":
        return "Comment";
      case "photo":
        return "Photo";
    }
  },
  away: "No network",
  awayMore: "This request is not kept on the phone. It opens when there is a network.",
  lose: (n: number) =>
    `${n} ${pluralEn(n, "deed is", "deeds are")} not sent yet. If you sign out, ${pluralEn(n, "it is", "they are")} lost.`,
  stay: "Stay",
  leave: "Sign out all the same",
  full: "No room on the phone: the photo is not kept",
  photo: "Photo",
};
