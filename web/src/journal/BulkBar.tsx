import { Button } from "@mantine/core";
import { useState } from "react";
import { may, useMe } from "../session/session";
import { Key } from "../ui/blocks";
import { BulkDialog } from "./BulkDialog";
import type { What } from "./bulk";
import type { Picks } from "./picks";
import type { JournalSearch } from "./search";
import { useWords } from "./words";
import "./bulk.css";

type Props = {
  picks: Picks;
  search: JournalSearch;
  total: { count: number; capped: boolean } | undefined;
  loaded: number;
};

/** What is done with the rows chosen: under the table, or under the thumb. */
export function BulkBar({ picks, search, total, loaded }: Props) {
  const w = useWords();
  const me = useMe();
  const [what, setWhat] = useState<What | null>(null);
  const n = picks.chosen.size;
  const more = total && (total.capped || total.count > n);
  const actions: What[] = may(me, "ticket.assign")
    ? ["status", "executor", "responsible", "labels"]
    : ["status", "labels"];
  return (
    <div className="bulk-bar" role="toolbar" aria-label={w.bulk.bar}>
      <span className="b num" role="status">
        {picks.isAll ? w.bulk.allChosen : w.bulk.chosen(n)}
      </span>
      {!picks.isAll && more && n >= loaded && (
        <Button size="compact-sm" variant="subtle" onClick={picks.all}>
          {total.capped ? w.bulk.allMany : w.bulk.all(total.count)}
        </Button>
      )}
      <span className="grow" />
      {actions.map((a) => (
        <Button key={a} size="xs" variant="default" onClick={() => setWhat(a)}>
          {w.bulk.what[a]}
        </Button>
      ))}
      <Button size="xs" variant="subtle" rightSection={<Key>Esc</Key>} onClick={picks.clear}>
        {w.bulk.clear}
      </Button>
      {what && (
        <BulkDialog
          what={what}
          picks={picks}
          search={search}
          onClose={() => setWhat(null)}
          onDone={() => {
            setWhat(null);
            picks.clear();
          }}
        />
      )}
    </div>
  );
}
