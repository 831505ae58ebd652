/** Moves through the form in the order of speech, without a mouse. */

const focusable = "input:not(:disabled), textarea:not(:disabled), button:not(:disabled):not([tabindex='-1'])";

/** Puts the focus into the next (+1) or the previous (−1) section of the form. */
export function nextSection(root: HTMLElement | null, way: 1 | -1): void {
  const sections = [...(root?.querySelectorAll<HTMLElement>("[data-section]") ?? [])];
  if (sections.length === 0) return;
  const at = sections.findIndex((s) => s.contains(document.activeElement));
  const next = at < 0 ? (way > 0 ? 0 : sections.length - 1) : at + way;
  sections[Math.min(Math.max(next, 0), sections.length - 1)]?.querySelector<HTMLElement>(focusable)?.focus();
}

/** Puts the focus into the section of that name. */
export function toSection(root: HTMLElement | null, name: string): void {
  root?.querySelector(`[data-section="${name}"]`)?.querySelector<HTMLElement>(focusable)?.focus();
}

/** A digit pressed outside of text: an address, or an answer of the first question without one. True when it meant something. */
export function pickDigit(root: HTMLElement | null, digit: number): boolean {
  const button = root?.querySelector<HTMLButtonElement>(`button[data-digit="${digit}"]:not(:disabled)`);
  if (button) {
    button.click();
    return true;
  }
  const group = [...(root?.querySelectorAll<HTMLElement>('[role="radiogroup"][data-question]') ?? [])].find(
    (g) => !g.querySelector('[aria-checked="true"]'),
  );
  const option = group?.querySelectorAll<HTMLButtonElement>('[role="radio"]:not(:disabled)')[digit - 1];
  option?.click();
  return option !== undefined;
}
