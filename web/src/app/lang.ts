import { createContext, useContext } from "react";
import type { Lang } from "../i18n/i18n";

export const SetLang = createContext<(lang: Lang) => void>(() => undefined);

/** Changes the language of the screens; it is kept on this computer. */
export function useSetLang(): (lang: Lang) => void {
  return useContext(SetLang);
}
