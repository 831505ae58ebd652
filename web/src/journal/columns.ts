/** Which columns the list shows; kept on this machine, and in a kept list. */
import { useLocalStorage } from "@mantine/hooks";

export const COLUMNS = [
  "kind",
  "number",
  "created",
  "address",
  "reason",
  "status",
  "executor",
  "responsible",
  "tags",
  "company",
  "due",
] as const;
export type Column = (typeof COLUMNS)[number];

/** What is shown when nobody chose; the company's column is of use only to who sees several. */
export const USUAL: readonly Column[] = COLUMNS.filter((c) => c !== "responsible");
/** Without these a row says nothing. */
export const ALWAYS: readonly Column[] = ["number"];

/** Keeps the known ones in their order; nothing known: the usual. */
export function readColumns(raw: unknown): Column[] {
  const given = Array.isArray(raw) ? raw : [];
  const chosen = COLUMNS.filter((c) => given.includes(c) || ALWAYS.includes(c));
  return chosen.length > ALWAYS.length ? chosen : [...USUAL];
}

/** The columns chosen on this machine. Who sees several companies has the company's column in the place of the labels. */
export function useColumns(withCompany: boolean) {
  const [raw, set] = useLocalStorage<string[]>({ key: "d24.journal.columns", defaultValue: [] });
  const usual = USUAL.filter((c) => c !== (withCompany ? "tags" : "company"));
  const columns = raw.length > 0 ? readColumns(raw).filter((c) => c !== "company" || withCompany) : usual;
  return [columns, (columns: readonly Column[]) => set([...columns])] as const;
}

export type Density = "compact" | "comfortable";
/** The height of a row, the divider with it. */
export const ROW: Readonly<Record<Density, number>> = { compact: 33, comfortable: 45 };

/** How dense the list is: each person's own on this machine. */
export function useDensity(user: number) {
  const [raw, set] = useLocalStorage<Density>({ key: `d24.journal.density.${user}`, defaultValue: "compact" });
  return [raw === "comfortable" ? raw : "compact", set] as const;
}
