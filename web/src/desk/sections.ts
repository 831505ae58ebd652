/** Moves through the form in the order of speech, without a mouse. */
import type { Missing } from "../request/form";

const fields = "input:not(:disabled), textarea:not(:disabled), [role='radio'][tabindex='0']:not(:disabled)";
const buttons = "button:not(:disabled):not([tabindex='-1'])";

/** The field of a part of the form; a button («Изменить») only where no field is. */
function focusIn(part: Element | null | undefined): void {
  (part?.querySelector<HTMLElement>(fields) ?? part?.querySelector<HTMLElement>(buttons))?.focus();
}

/** Puts the focus into the next (+1) or the previous (−1) section of the form. */
export function nextSection(root: HTMLElement | null, way: 1 | -1): void {
  const sections = [...(root?.querySelectorAll<HTMLElement>("[data-section]") ?? [])];
  if (sections.length === 0) return;
  const at = sections.findIndex((s) => s.contains(document.activeElement));
  const next = at < 0 ? (way > 0 ? 0 : sections.length - 1) : at + way;
  focusIn(sections[Math.min(Math.max(next, 0), sections.length - 1)]);
}

/** Puts the focus into the section of that name. */
export function toSection(root: HTMLElement | null, name: string): void {
  focusIn(root?.querySelector(`[data-section="${name}"]`));
}

/** Puts the focus where something is still missing. */
export function toField(root: HTMLElement | null, field: Missing): void {
  const id = /^answer-(\d+)$/.exec(field)?.[1];
  if (id === undefined) return toSection(root, field === "place" ? "address" : "reason");
  const question = root?.querySelector<HTMLElement>(`[data-question="${id}"]`);
  if (question?.matches("input, textarea")) question.focus();
  else focusIn(question);
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
