/** `?company=3` of the pages above. */
export function readCompany(search: Record<string, unknown>): { company?: number } {
  const company = Number(search.company);
  return Number.isSafeInteger(company) && company > 0 ? { company } : {};
}
