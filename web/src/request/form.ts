/**
 * What a person says while a request is registered, and what of it is still missing. No executor and no deadline are
 * among it (R4): the system decides them. Pure: the desk and the journal keep the state, and drafts, themselves.
 */
import type { ApiError } from "../api/client";
import type { BuildingCard, BuildingHit, NewTicket, ReasonQuestion, ReasonRow } from "../api/types";

/** A place: a house and, when named, its flat. `unit` "" means the whole house; entrance and floor 0: as the directory has it. */
export type Place = {
  buildingId: number;
  companyId: number;
  companyName: string;
  /** "Белинского, 86", without the flat. */
  house: string;
  city: string;
  zone: string;
  unit: string;
  entrance: number;
  floor: number;
};

/** Answers by the id of the question. */
export type Answers = Readonly<Record<number, string>>;

export type RequestForm = {
  place: Place | null;
  reason: ReasonRow | null;
  answers: Answers;
  description: string;
  phone: string;
  access: string;
};

export const emptyForm: RequestForm = {
  place: null,
  reason: null,
  answers: {},
  description: "",
  phone: "",
  access: "",
};

/** Fields a message can stand at. */
export type Field = "place" | "reason" | "phone" | "description" | "access" | `answer-${number}`;
export type Missing = "place" | "reason" | `answer-${number}`;

/** The place of a house found, with the flat named in the question. */
export function placeOf(hit: BuildingHit): Place {
  return {
    buildingId: hit.id,
    companyId: hit.company_id,
    companyName: hit.company_name,
    house: houseOf(hit.street, hit.house),
    city: hit.city,
    zone: hit.zone,
    unit: hit.unit ?? "",
    entrance: 0,
    floor: 0,
  };
}

/** The place of a house whose card is at hand; `unit` "": the whole house. */
export function placeAt(card: BuildingCard, unit: string): Place {
  const place: Place = {
    buildingId: card.id,
    companyId: card.company_id,
    companyName: card.company_name,
    house: houseOf(card.street, card.house),
    city: card.city,
    zone: card.zone,
    unit: "",
    entrance: 0,
    floor: 0,
  };
  return withUnit(place, unit, card);
}

/** The form with the place. The catalogue is the company's: a house of another one asks for the reason anew. */
export function withPlace(form: RequestForm, place: Place | null): RequestForm {
  const same = !place || !form.place || place.companyId === form.place.companyId;
  return same ? { ...form, place } : { ...withReason(form, null), place };
}

/** "Белинского, 86" */
export function houseOf(street: string, house: string): string {
  return `${street}, ${house}`;
}

/** The place with the flat, and the entrance and floor the directory knows for it. */
export function withUnit(place: Place, unit: string, card: Pick<BuildingCard, "units"> | undefined): Place {
  const number = unit.trim();
  const known = card?.units.find((u) => u.number.toLowerCase() === number.toLowerCase());
  return { ...place, unit: number, entrance: known?.entrance ?? 0, floor: known?.floor ?? 0 };
}

/** Required questions without an answer, in their order. */
export function unanswered(questions: readonly ReasonQuestion[], answers: Answers): ReasonQuestion[] {
  return questions.filter((q) => q.required && !answers[q.id]?.trim());
}

/** What keeps the form from being saved, in the order of speech. */
export function missing(form: RequestForm): Missing[] {
  const out: Missing[] = [];
  if (!form.place) out.push("place");
  if (!form.reason) out.push("reason");
  for (const q of unanswered(form.reason?.questions ?? [], form.answers)) out.push(`answer-${q.id}`);
  return out;
}

/** Another reason asks other questions: answers to questions worded the same are kept, the rest is dropped. */
export function withReason(form: RequestForm, reason: ReasonRow | null): RequestForm {
  const before = new Map((form.reason?.questions ?? []).map((q) => [q.text, form.answers[q.id]]));
  const answers: Record<number, string> = {};
  for (const q of reason?.questions ?? []) {
    const kept = before.get(q.text);
    if (kept) answers[q.id] = kept;
  }
  return { ...form, reason, answers };
}

/** The body of POST /tickets; null while something is missing. The same `key` makes one request however often it is sent. */
export function bodyOf(form: RequestForm, key: string, callKey?: string): NewTicket | null {
  if (!form.place || !form.reason || missing(form).length > 0) return null;
  const asked = new Set(form.reason.questions.map((q) => q.id));
  return {
    company_id: form.place.companyId,
    building_id: form.place.buildingId,
    unit: form.place.unit,
    entrance: form.place.entrance,
    floor: form.place.floor,
    reason_id: form.reason.id,
    answers: Object.entries(form.answers)
      .map(([id, value]) => ({ id: Number(id), value: value.trim() }))
      .filter((a) => asked.has(a.id) && a.value !== ""),
    description: form.description.trim(),
    caller_phone: form.phone.trim(),
    access_note: form.access.trim(),
    idempotency_key: key,
    ...(callKey ? { call_key: callKey } : {}),
  };
}

const fieldOf: Record<string, Field> = {
  building_id: "place",
  unit: "place",
  entrance: "place",
  floor: "place",
  company_id: "place",
  reason_id: "reason",
  description: "description",
  caller_phone: "phone",
  access_note: "access",
};

/** The server's messages at the fields of this form. */
export function fieldErrors(error: ApiError): Partial<Record<Field, string>> {
  const out: Partial<Record<Field, string>> = {};
  for (const [location, message] of error.fields) {
    const answer = /^answers\.(\d+)$/.exec(location);
    const field = answer ? (`answer-${Number(answer[1])}` as const) : fieldOf[location];
    if (field) out[field] ??= message;
  }
  return out;
}

/** Reads a kept form; what is not understood (an older program wrote it) is left empty. */
export function readForm(kept: unknown): RequestForm {
  if (!isRecord(kept)) return emptyForm;
  const text = (v: unknown) => (typeof v === "string" ? v : "");
  const answers: Record<number, string> = {};
  for (const [id, v] of Object.entries(isRecord(kept.answers) ? kept.answers : {})) {
    if (typeof v === "string") answers[Number(id)] = v;
  }
  return {
    place: isPlace(kept.place) ? kept.place : null,
    reason: isReason(kept.reason)
      ? { ...kept.reason, prices: kept.reason.prices ?? [], answer: kept.reason.answer ?? "" }
      : null,
    answers,
    description: text(kept.description),
    phone: text(kept.phone),
    access: text(kept.access),
  };
}

export function isRecord(v: unknown): v is Record<string, unknown> {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}

function isPlace(v: unknown): v is Place {
  return (
    isRecord(v) && typeof v.buildingId === "number" && typeof v.companyId === "number" && typeof v.house === "string"
  );
}

function isReason(v: unknown): v is ReasonRow {
  return isRecord(v) && typeof v.id === "number" && typeof v.name === "string" && Array.isArray(v.questions);
}

interface Similar {
  id: number;
  number: number;
  reason_name: string;
  unit: string;
}

/** Open requests that this call may be about: the same trouble of the same flat or of the whole house. */
export function similar<T extends Similar>(open: readonly T[], reason: string, unit: string): T[] {
  if (!reason) return [];
  return open.filter((t) => t.reason_name === reason && (t.unit === unit || t.unit === "" || unit === "")).slice(0, 2);
}

/** Ten digits, eleven with 7 or 8 before them, or a foreign number; nothing at all is allowed too. */
export function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (text.trim() === "") return true;
  if (/[^\d\s()+.,-]/.test(text)) return false;
  return (
    digits.length === 10 ||
    (digits.length === 11 && /^[78]/.test(digits)) ||
    (text.trim().startsWith("+") && digits.length >= 8 && digits.length <= 15)
  );
}
