import { Button, Drawer } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { useHandover, useHandovers, type Handover } from "./api";
import { Loaded } from "./Loaded";
import { Matters } from "./Matters";
import { useWords } from "./words";

/** Who gave the shift to whom, the latest first. */
export function History() {
  const w = useWords().handover;
  const pages = useHandovers();
  const [open, setOpen] = useState<Handover | null>(null);
  const items = pages.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Panel title={w.history} flush>
      {items.length === 0 ? (
        <div className="pb s13 t2">{w.noHistory}</div>
      ) : (
        <ul className="shift-list">
          {items.map((h) => (
            <Row key={h.id} of={h} onOpen={() => setOpen(h)} />
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <div className="pb">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {w.more}
          </Button>
        </div>
      )}
      <Drawer opened={open !== null} onClose={() => setOpen(null)} position="right" size={560} title={w.one}>
        {open && <One of={open} />}
      </Drawer>
    </Panel>
  );
}

function useMoments(of: Handover) {
  const w = useWords().handover;
  const me = useMe();
  const now = useNow();
  const at = (iso: string) => momentOf(iso, me.zone, now);
  if (of.taken_at) return w.took(of.taken_by, at(of.taken_at));
  return of.withdrawn_at ? w.withdrew(at(of.withdrawn_at)) : w.notTaken;
}

function Row({ of, onOpen }: { of: Handover; onOpen(): void }) {
  const w = useWords().handover;
  const me = useMe();
  const now = useNow();
  return (
    <li className="shift-call" data-testid={`handover-${of.id}`}>
      <span className="grow">
        <span className="b">{w.gave(of.given_by, momentOf(of.given_at, me.zone, now))}</span>
        <span className="s13 t2 block">{[useMoments(of), w.open(of.open)].join(" · ")}</span>
      </span>
      <Button size="xs" variant="default" onClick={onOpen}>
        {w.look}
      </Button>
    </li>
  );
}

function One({ of }: { of: Handover }) {
  const w = useWords().handover;
  const me = useMe();
  const now = useNow();
  return (
    <div className="col">
      <div className="b">{w.gave(of.given_by, momentOf(of.given_at, me.zone, now))}</div>
      {of.note && <div className="shift-words">{of.note}</div>}
      <div className="s13">
        {useMoments(of)}
        {of.taken_note && `: ${of.taken_note}`}
      </div>
      <Loaded of={useHandover(of.id)}>{(h) => <Matters of={h.matters} />}</Loaded>
    </div>
  );
}
