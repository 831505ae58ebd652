import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { TicketCard } from "../api/types";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Note, Panel, useErrorText } from "../ui/blocks";
import { useOpenPair } from "./api";
import { useWords } from "./words";

/** On the card of an ordinary request: its supplier's half, or the way to make it when a supplier is concerned. */
export function PairPanel({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const error = useErrorText();
  const make = useOpenPair();
  const p = t.pair;
  if (!p) {
    const over = t.status === "done" || t.status === "closed" || t.status === "cancelled";
    const supplier = t.supplier;
    if (!supplier || over || !may(me, "ticket.assign")) return null;
    return (
      <Panel title={w.panel.title}>
        <div className="col">
          <Button
            variant="default"
            loading={make.isPending}
            onClick={() => make.mutate({ ticket_id: t.id, supplier_id: supplier.id })}
          >
            {w.panel.make}
          </Button>
          {make.isError && <Note tone="emg">{error(make.error)}</Note>}
        </div>
      </Panel>
    );
  }
  const words = [
    w.status[p.status].toLowerCase(),
    p.their_number && `${w.card.theirs} ${p.their_number}`,
    p.followup_at && w.panel.x(momentOf(p.followup_at, t.zone, now)),
  ].filter(Boolean);
  return (
    <Panel title={w.panel.title}>
      <div className="col s13" style={{ gap: 4 }}>
        <div className="b">{p.supplier_name}</div>
        <div className="t2">{words.join(" · ")}</div>
        {may(me, "supplier.read") && (
          <Link to="/supplier-requests/$id" params={{ id: String(p.id) }}>
            {w.panel.open}
          </Link>
        )}
      </div>
    </Panel>
  );
}

/** Before a request is over: its supplier's half is not (F49). */
export function PairWarning({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  if (!t.pair?.is_open) return null;
  return <Note tone="plan">{w.panel.warn(t.pair.supplier_name)}</Note>;
}
