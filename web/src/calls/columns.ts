/** Which columns the journal of calls shows. */
import { useColumns as useChosen, type ColumnSet } from "../ui/list/columns";

const COLUMNS = [
  "direction",
  "started",
  "phone",
  "address",
  "result",
  "wait",
  "talk",
  "operator",
  "ticket",
  "mark",
  "company",
] as const;
export type Column = (typeof COLUMNS)[number];

export const SET: ColumnSet<Column> = {
  all: COLUMNS,
  usual: COLUMNS,
  always: ["started", "phone"],
  key: "d24.calls.columns",
};

/** The columns chosen on this machine; the company's is of use only to who sees several. */
export function useColumns(withCompany: boolean) {
  const may = (c: Column) => c !== "company" || withCompany;
  return useChosen(SET, COLUMNS.filter(may), may);
}
