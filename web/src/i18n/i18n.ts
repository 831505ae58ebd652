/**
 * Words of the screens. Each part keeps its own: words/ru.ts and words/en.ts, joined by `dictionary` in words/index.ts:
 *
 *   export const useWords = dictionary(ru, en);      // en: Words<typeof ru>: a missing key does not compile
 *   const w = useWords();  w.save;  w.found(3);
 *
 * A word is a string or a function of its variables. No Russian stands in .tsx (a test looks).
 */
import { createContext, useContext } from "react";

export type Lang = "ru" | "en";

/** The shape of a dictionary: the same keys, the same variables. */
export type Words<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Words<T[K]>;
};

export const LangContext = createContext<Lang>("ru");

/** The language chosen by the person. */
export function useLang(): Lang {
  return useContext(LangContext);
}

/** Joins the two dictionaries of a part into a hook. */
export function dictionary<T>(ru: T, en: Words<T>): () => Words<T> {
  const by: Record<Lang, Words<T>> = { ru: ru as Words<T>, en };
  return function useDictionary() {
    return by[useContext(LangContext)];
  };
}

const rules: Record<Lang, Intl.PluralRules> = { ru: new Intl.PluralRules("ru"), en: new Intl.PluralRules("en") };

/** Russian plural: plural(2, "заявка", "заявки", "заявок") → "заявки". */
export function plural(n: number, one: string, few: string, many: string): string {
  const form = rules.ru.select(n);
  return form === "one" ? one : form === "few" ? few : many;
}

/** English plural: pluralEn(2, "request", "requests") → "requests". */
export function pluralEn(n: number, one: string, other: string): string {
  return rules.en.select(n) === "one" ? one : other;
}

const KEY = "d24.lang";

/** The language kept on this computer; Russian unless chosen otherwise. */
export function keptLang(): Lang {
  return localStorage.getItem(KEY) === "en" ? "en" : "ru";
}

export function keepLang(lang: Lang): void {
  localStorage.setItem(KEY, lang);
}
