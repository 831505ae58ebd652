// Runs inside the page: what a person with a keyboard or weak eyes meets there.
window.look = (() => {
  // Rows of a table are alike: three of them are looked at.
  const few = document.createElement("style");
  // What is drawn slowly is looked at as it will be.
  few.textContent = "*, *::before, *::after { transition: none !important; animation: none !important; } tbody tr:nth-child(n+4) { display: none !important; }";
  document.addEventListener("DOMContentLoaded", () => document.head.append(few));
  let asked = 0;
  const send = window.fetch;
  window.fetch = async (...args) => {
    asked++;
    try {
      return await send(...args);
    } finally {
      setTimeout(() => asked--, 20); // what is made of the answer may ask for more
    }
  };
  const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && e.getClientRects().length > 0 && !e.closest("[aria-hidden=true]");
  const say = (e) => {
    const words = (e.getAttribute("aria-label") ?? (e.textContent || e.getAttribute("placeholder") || e.name || "")).trim().slice(0, 40);
    return `<${e.tagName.toLowerCase()}${e.type ? " " + e.type : ""} .${String(e.className?.baseVal ?? e.className).split(" ").slice(-1)}> «${words}»`;
  };
  const interactive = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [role=button], [role=tab], [role=checkbox], [role=switch]";
  // One stop of Tab for all of it, arrows inside.
  const composite = "[role=grid], [role=listbox], [role=tablist], [role=menu], [role=radiogroup], [role=toolbar], [role=tree], [role=treegrid]";

  const parse = (c) => {
    const m = c.match(/^rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)(?:,? \/? ?([\d.]+))?\)$/);
    if (m) return [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]];
    const s = c.match(/^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)$/);
    return s ? [255 * s[1], 255 * s[2], 255 * s[3], s[4] === undefined ? 1 : +s[4]] : [0, 0, 0, 0];
  };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const ground = (e) => {
    const layers = [];
    for (let x = e; x; x = x.parentElement) {
      const c = parse(getComputedStyle(x).backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reverse().reduce((under, c) => over(c, under), [255, 255, 255, 1]);
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, k, i) => {
    const v = c[i] / 255;
    return sum + k * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };

  /** Words whose contrast is under WCAG 2.1 AA; what is disabled is exempt there. */
  function contrast(root) {
    const faults = new Set();
    const sorts = new Map(); // of elements that are drawn alike a few are looked at
    for (const e of root.querySelectorAll("*")) {
      const field = e.matches("input:not([type=checkbox]):not([type=radio]):not([type=color]):not([type=file]), textarea");
      if (!field && ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
      const sort = [e, e.parentElement, e.parentElement?.parentElement].map((x) => x && x.tagName + x.className + (x.ariaSelected ?? "") + (x.ariaCurrent ?? "")).join();
      if ((sorts.get(sort) ?? 0) > 5 || !visible(e) || e.closest(":disabled, [data-disabled], [aria-disabled=true]") || e.closest("label")?.querySelector(":disabled")) continue;
      sorts.set(sort, (sorts.get(sort) ?? 0) + 1);
      const style = getComputedStyle(e, field && !e.value ? "::placeholder" : undefined), own = getComputedStyle(e);
      const size = parseFloat(own.fontSize), large = size >= 24 || (size >= 18.66 && own.fontWeight >= 700);
      const back = ground(e), r = ratio(over(parse(style.color), back), back);
      if (r < (large ? 3 : 4.5)) faults.add(`contrast ${r.toFixed(2)} of ${say(e)}`);
    }
    return [...faults];
  }

  /** Ids that are pointed at and are not there. */
  function loose(root) {
    return [...root.querySelectorAll("[aria-labelledby], [aria-describedby]")].filter(visible).flatMap((e) =>
      ["aria-labelledby", "aria-describedby"].flatMap((a) => (e.getAttribute(a) ?? "").split(" ").filter((id) => id && !document.getElementById(id)).map((id) => `${a} of ${say(e)} points at nothing: ${id}`)));
  }

  const styles = (e) => [e, e.parentElement, e.parentElement?.parentElement, e.parentElement?.parentElement?.parentElement, e.nextElementSibling, e.closest("label"), e.id && document.querySelector(`label[for="${CSS.escape(e.id)}"]`)].filter(Boolean)
    .flatMap((x) => [getComputedStyle(x), getComputedStyle(x, "::after")]).map((s) => { return [s.outlineStyle === "none" || s.outlineWidth === "0px" ? "" : s.outline, s.boxShadow, s.borderColor].join("|"); }).join("\n");

  const focus = { order: [], dim: [], before: new Map() };
  document.addEventListener("focusin", (ev) => {
    const e = ev.target;
    focus.order.push(e);
    if (focus.before.has(e) && focus.before.get(e) === styles(e)) focus.dim.push(e);
  });

  /** Before Tab is pressed: how everything looks without the focus. */
  function begin(root) {
    document.activeElement?.blur?.();
    focus.order = [];
    focus.dim = [];
    focus.before = new Map([...root.querySelectorAll(interactive)].filter((e) => e.tabIndex >= 0 && visible(e)).map((e) => [e, styles(e)]));
    return focus.before.size;
  }

  /** After it: what was not come to, and where the focus was not seen. */
  function end(root) {
    const reached = new Set(focus.order);
    const faults = focus.dim.map((e) => `no focus to be seen on ${say(e)}`);
    for (const e of root.querySelectorAll(interactive)) {
      const plain = e.matches("a[href], button, input, select, textarea, summary");
      if (reached.has(e) || !visible(e) || e.disabled || e.matches("[data-disabled], [aria-disabled=true]") || (!plain && e.tabIndex < 0)) continue;
      if (e.type === "radio" && [...reached].some((x) => x.type === "radio" && x.name === e.name)) continue;
      const whole = e.closest(composite);
      if (whole && ([...reached].some((x) => whole.contains(x)) || whole.getAttribute("aria-activedescendant"))) continue;
      if (e.closest("[inert]")) continue;
      faults.push(`Tab does not come to ${say(e)}`);
    }
    return { faults: [...new Set(faults)], reached: [...reached].filter((e) => root.contains(e)).length };
  }

  /** Has Tab come to everything, or out of root? Somebody stuck goes on to the most there may be. */
  const done = (root) => focus.order.some((e) => !root.contains(e)) || !end(root).faults.some((f) => f.startsWith("Tab does not"));

  const dialog = () => [...document.querySelectorAll("[role=dialog]")].filter(visible).at(-1) ?? null;
  const page = () => document.querySelector(".settings-page") ?? document.querySelector("main") ?? document.body;
  return { idle: () => asked === 0, visible, say, contrast, loose, begin, end, done, dialog, page, focus };
})();
