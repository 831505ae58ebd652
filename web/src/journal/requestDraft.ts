/** What is typed of a new request, kept on this computer for its person and company until it is saved. */
import type { ApiError } from "../api/client";
import { emptyForm, fieldErrors, isPhone, isRecord, missing, readForm, type RequestForm } from "../request/form";
import type { Field } from "../request/form";

export type RequestDraft = {
  form: RequestForm;
  /** Sent with every try to save: a double press makes one request. */
  key: string;
  /** When it was kept, ms of the server's clock; null: nothing is. */
  keptAt: number | null;
};

export const newDraft = (): RequestDraft => ({ form: emptyForm, key: crypto.randomUUID(), keptAt: null });

/** Whose draft it is; another person at the same computer must not see it. */
export const draftName = (userId: number, companyId: number) => `d24.request.${userId}.${companyId}`;

export function isBlank(f: RequestForm): boolean {
  const words = f.description.trim() || f.phone.trim() || f.access.trim();
  return !f.place && !f.reason && !words && Object.keys(f.answers).length === 0;
}

/** The draft kept under the name, or a new one. */
export function readDraft(name: string): RequestDraft {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name) ?? "null");
    if (!isRecord(kept) || typeof kept.key !== "string") return newDraft();
    return { form: readForm(kept.form), key: kept.key, keptAt: typeof kept.keptAt === "number" ? kept.keptAt : null };
  } catch {
    return newDraft();
  }
}

/** Keeps it; a blank one is forgotten. A full or forbidden store must not stop the typing. */
export function keepDraft(name: string, draft: RequestDraft): void {
  try {
    if (isBlank(draft.form)) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(draft));
  } catch {
    // the form itself is still on the screen
  }
}

export type Problems = Partial<Record<Field, string>>;
export type ProblemWords = { place: string; reason: string; answer: string; phone: string; consultation: string };

/** Messages at the fields in the order of speech: what is missing after a try to save, and what the server said. */
export function problemsOf(form: RequestForm, tried: boolean, error: ApiError | null, words: ProblemWords): Problems {
  const out: Problems = {};
  if (tried) {
    for (const m of missing(form)) out[m] = m === "place" || m === "reason" ? words[m] : words.answer;
    if (form.reason?.kind === "consultation") out.reason = words.consultation;
    if (!isPhone(form.phone)) out.phone = words.phone;
  }
  return { ...out, ...(error ? fieldErrors(error) : {}) };
}
