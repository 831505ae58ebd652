import { describe, expect, it } from "vitest";
import { tokens } from "./theme";

/** Relative luminance of "#RRGGBB" (WCAG 2.1). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

type Token = Exclude<keyof (typeof tokens)["light"], "--c-shadow">;
type Name = Token extends `--c-${infer N}` ? N : never;

const grounds: Name[] = ["page", "surface", "surface-2", "hover"];
const kinds = ["emg", "plan", "paid"] as const;

/** Text on its grounds: 4.5:1. */
const words: [Name, Name][] = [
  ...(["text", "text-2", "text-3"] as const).flatMap((t) => grounds.map((g): [Name, Name] => [t, g])),
  ...(["text", "text-2", "accent-text"] as const).map((t): [Name, Name] => [t, "accent-bg"]),
  ...grounds.map((g): [Name, Name] => ["accent-text", g]),
  ["on-accent", "accent"],
  ...kinds.flatMap((k): [Name, Name][] => [
    [`on-${k}`, k],
    [`${k}-text`, `${k}-bg`],
    [`${k}-text`, "surface"],
    [`${k}-text`, "page"],
    ["text", `${k}-bg`],
    ["text-2", `${k}-bg`],
  ]),
];

/** Edges of controls, the focus and signs: 3:1. An amber fill is edged with its text colour, so it is not here. */
const shapes: [Name, Name][] = [
  ...(["page", "surface"] as const).flatMap((g): [Name, Name][] => [
    ["line-strong", g],
    ["focus", g],
    ["emg", g],
    ["paid", g],
    ["plan-text", g],
  ]),
  ["accent", "surface"],
  ["focus", "accent-bg"],
];

describe.each(["light", "dark"] as const)("colours of the %s theme are legible (AA)", (scheme) => {
  const of = (name: Name) => tokens[scheme][`--c-${name}`];
  it.each(words)("text %s on %s", (front, ground) => {
    expect(contrast(of(front), of(ground))).toBeGreaterThanOrEqual(4.5);
  });
  it.each(shapes)("shape %s on %s", (front, ground) => {
    expect(contrast(of(front), of(ground))).toBeGreaterThanOrEqual(3);
  });
});

it("measures contrast as WCAG does", () => {
  expect(contrast("#000000", "#FFFFFF")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#FFFFFF")).toBeCloseTo(4.48, 2);
});
