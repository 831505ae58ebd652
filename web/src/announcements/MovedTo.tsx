import { Select } from "@mantine/core";
import { phoneOf } from "../time/format";
import { Note } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { useMoveLine, type Line } from "./api";
import { useWords } from "./words";

/** Whether a number is an old one: it tells the new number and hangs up. Calls are never sent on. */
export function MovedTo({ line, all }: { line: Line; all: readonly Line[] }) {
  const w = useWords();
  const said = useSaid();
  const move = useMoveLine(line.id);
  const others = all.filter(
    (l) => l.id !== line.id && l.moved_to === 0 && (l.company === null || l.company.id === line.company?.id),
  );
  if (line.company === null || (others.length === 0 && line.moved_to === 0)) return null;
  return (
    <div className="col">
      <Select
        label={w.moved}
        description={w.movedHint}
        allowDeselect={false}
        disabled={move.isPending}
        data={[
          { value: "0", label: w.notMoved },
          ...others.map((l) => ({ value: String(l.id), label: w.movedTo(phoneOf(l.phone)) })),
        ]}
        value={String(line.moved_to)}
        onChange={(v) => move.mutate(Number(v ?? 0), { onSuccess: () => said(w.lineSaved) })}
      />
      {line.moved_to !== 0 && <Note tone="plan">{w.movedNow}</Note>}
      <Refused error={move.error} />
    </div>
  );
}
