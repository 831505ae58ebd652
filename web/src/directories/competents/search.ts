export type CompetentsSearch = { archived?: true; id?: number | "new" };

/** The URL's part: whether the archive is shown, and the person that is open. */
export function readCompetentsSearch(raw: Record<string, unknown>): CompetentsSearch {
  const out: CompetentsSearch = {};
  if (raw.archived === true) out.archived = true;
  const id = Number(raw.id);
  if (raw.id === "new") out.id = "new";
  else if (Number.isSafeInteger(id) && id > 0) out.id = id;
  return out;
}
