import type { KnownAddress, ReasonRow, TicketRow } from "../api/types";
import { emptyForm, type Answers, type Place, type RequestForm } from "../request/form";

/**
 * What is typed beside a call, as it is kept on the server (and on this computer while
 * the server is away), so that the next operator of a returned call goes on from it.
 */
export interface DraftBody {
  form: RequestForm;
  /** The request of this call is made once, whoever presses the key and however often. */
  idempotency_key: string;
  /** The caller named the address himself. */
  placed: boolean;
}

export function newDraft(phone: string): DraftBody {
  return { form: { ...emptyForm, phone }, idempotency_key: crypto.randomUUID(), placed: false };
}

/** Whether anything was typed that would be a pity to lose. */
export function isWorthKeeping(d: DraftBody): boolean {
  const f = d.form;
  return Boolean(f.place ?? f.reason ?? (f.description.trim() || f.access.trim() || Object.keys(f.answers).length));
}

/** Reads a kept body; null when it is not ours (an older program wrote it). */
export function readDraft(body: unknown): DraftBody | null {
  if (!isRecord(body) || !isRecord(body.form) || typeof body.idempotency_key !== "string") return null;
  const f = body.form;
  const text = (v: unknown) => (typeof v === "string" ? v : "");
  const answers: Record<number, string> = {};
  for (const [id, v] of Object.entries(isRecord(f.answers) ? f.answers : {})) {
    if (typeof v === "string") answers[Number(id)] = v;
  }
  return {
    form: {
      place: isPlace(f.place) ? f.place : null,
      reason: isReason(f.reason) ? f.reason : null,
      answers: answers as Answers,
      description: text(f.description),
      phone: text(f.phone),
      access: text(f.access),
    },
    idempotency_key: body.idempotency_key,
    placed: body.placed === true,
  };
}

function isRecord(v: unknown): v is Record<string, unknown> {
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

/** The place of an address known by the number. */
export function placeOfKnown(k: KnownAddress): Place {
  // The address is written with the flat at its end: the house is what stands before.
  const cut = k.unit ? k.address.lastIndexOf(",") : -1;
  return {
    buildingId: k.building_id,
    companyId: k.company_id,
    companyName: k.company_name,
    house: cut > 0 && k.address.slice(cut).includes(k.unit) ? k.address.slice(0, cut) : k.address,
    city: "",
    zone: k.zone,
    unit: k.unit,
    entrance: k.entrance,
    floor: k.floor,
  };
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

/** Open requests of a known address that the caller may ask about. */
export function mayAsk(k: KnownAddress | undefined): TicketRow | undefined {
  return k?.open_tickets.find((t) => t.unit === k.unit) ?? undefined;
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
