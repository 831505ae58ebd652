/** What the journal is narrowed to; it stands in the URL, so that a link shows the same rows. */
export type AuditSearch = { user?: number; area?: string; object?: string; q?: string; from?: string; to?: string };

const text = (v: unknown, max: number) =>
  typeof v === "string" && v.trim() !== "" ? v.trim().slice(0, max) : undefined;
const day = (v: unknown) => (typeof v === "string" && /^\d{4}-\d{2}-\d{2}$/.test(v) ? v : undefined);

/** Reads the URL; what does not fit is left out. */
export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const user = Number(raw.user);
  const area = text(raw.area, 40);
  const object = text(raw.object, 60);
  const q = text(raw.q, 100);
  const from = day(raw.from);
  const to = day(raw.to);
  return {
    ...(Number.isSafeInteger(user) && user > 0 ? { user } : {}),
    ...(area && /^[a-z_]+$/.test(area) ? { area } : {}),
    ...(object ? { object } : {}),
    ...(q ? { q } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}
