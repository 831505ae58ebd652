import { dictionary } from "../../i18n/i18n";
import { en } from "./en";
import { ru } from "./ru";

export const useWords = dictionary(ru, en);

/** The name of a language; a newer server's as it calls it. */
export function languageName(w: { languages: Record<string, string> }, code: string): string {
  return w.languages[code] ?? code;
}
