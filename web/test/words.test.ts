import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const src = join(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).map((f) => f.replaceAll("\\", "/"));

/** Every key with its kind: "error.title: string", "number: function/1". */
function keys(words: unknown, path = ""): string[] {
  if (typeof words === "string") return [`${path}: string`];
  if (typeof words === "function") return [`${path}: function`];
  if (typeof words !== "object" || words === null) throw new Error(`${path} is neither a word nor a group`);
  return Object.entries(words).flatMap(([k, v]) => keys(v, path ? `${path}.${k}` : k));
}

const loaded: Record<string, Record<string, unknown>> = import.meta.glob("../src/**/words/{ru,en}.ts", { eager: true });
const words = (part: string, lang: "ru" | "en") => loaded[`../src/${part}words/${lang}.ts`]?.[lang];

const parts = files.filter((f) => /(^|\/)words\/ru\.ts$/.test(f)).map((f) => f.replace(/words\/ru\.ts$/, ""));

describe("dictionaries", () => {
  it("are found", () => expect(parts).toContain("login/"));

  it.each(parts)("%s has the same keys in both languages, and English without Russian letters", (part) => {
    expect(keys(words(part, "en")).sort()).toEqual(keys(words(part, "ru")).sort());
    const english = files.filter((f) => f.startsWith(`${part}words/`) && /(^|[./])en\.ts$/.test(f));
    expect(english).toContain(`${part}words/en.ts`);
    for (const f of english) {
      const text = readFileSync(join(src, f), "utf8").replace("Русский", ""); // a language calls itself
      expect(text, f).not.toMatch(/[а-яё]/i);
    }
  });
});

describe("screens", () => {
  const screens = files.filter((f) => f.endsWith(".tsx") && !f.includes(".test."));
  it.each(screens)("%s has no word outside the dictionary", (file) => {
    const text = readFileSync(join(src, file), "utf8")
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/(^|\s)\/\/.*$/gm, "");
    expect(text).not.toMatch(/[а-яё]/i);
  });
});
