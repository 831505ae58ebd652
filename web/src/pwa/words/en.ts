import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  fresh: "A new version of the program is here.",
  update: "Update",
};
