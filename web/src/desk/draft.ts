import type { KnownAddress, TicketRow } from "../api/types";
import { emptyForm, isRecord, readForm, type Place, type RequestForm } from "../request/form";

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
  return {
    form: readForm(body.form),
    idempotency_key: body.idempotency_key,
    placed: body.placed === true,
  };
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

/** Open requests of a known address that the caller may ask about. */
export function mayAsk(k: KnownAddress | undefined): TicketRow | undefined {
  return k?.open_tickets.find((t) => t.unit === k.unit) ?? undefined;
}
