/** Which columns the list of requests shows. */
import { useColumns as useChosen, type ColumnSet } from "../ui/list/columns";

const COLUMNS = [
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
export const SET: ColumnSet<Column> = { all: COLUMNS, usual: USUAL, always: ["number"], key: "d24.journal.columns" };

/** The columns chosen on this machine. Who sees several companies has the company's column in the place of the labels. */
export function useColumns(withCompany: boolean) {
  const usual = USUAL.filter((c) => c !== (withCompany ? "tags" : "company"));
  return useChosen(SET, usual, (c) => c !== "company" || withCompany);
}
