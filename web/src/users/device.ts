/** What a browser calls itself, in words: "Chrome, Windows"; "" when it says nothing known. */
export function deviceOf(agent: string): string {
  const find = (names: readonly (readonly [RegExp, string])[]) => names.find(([r]) => r.test(agent))?.[1];
  const browser = find([
    [/YaBrowser\//, "Яндекс.Браузер"],
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Firefox\//, "Firefox"],
    [/Chrome\//, "Chrome"],
    [/Safari\//, "Safari"],
  ]);
  const system = find([
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux/, "Linux"],
  ]);
  return [browser, system].filter(Boolean).join(", ");
}
