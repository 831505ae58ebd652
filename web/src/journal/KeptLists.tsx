import { KeptMenu } from "../ui/list/Kept";
import { useAddress } from "./address";
import { useCompanyOf } from "./api";
import { SET, type Column } from "./columns";
import type { JournalSearch } from "./search";
import { useWords } from "./words";

type Props = {
  search: JournalSearch;
  onChange: (next: JournalSearch) => void;
  columns: readonly Column[];
  onColumns: (columns: readonly Column[]) => void;
};

/** Kept lists of requests: the same at a desk and on a phone. */
export function KeptLists({ search, onChange, columns, onColumns }: Props) {
  const w = useWords();
  const company = useCompanyOf(search);
  const address = useAddress();
  return (
    <KeptMenu
      of="ticket"
      company={company}
      query={address.textOf(search)}
      onQuery={(text) => onChange(address.read(text))}
      onCompany={(id) => onChange({ ...search, company: id })}
      set={SET}
      columns={columns}
      onColumns={onColumns}
      about={{ ofCompany: w.ofCompany, nameHint: w.keptHint }}
    />
  );
}
