import { Button } from "@mantine/core";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { useNoticesOfTicket, useTie, useTold, type Notice } from "./api";
import { useWords } from "./words";
import "./notices.css";

interface Props {
  companyId: number;
  buildingId: number | null;
  /** Joins the call; left out where there is no call. */
  onLink?: ((n: Notice) => void) | undefined;
  /** Nothing is drawn when nothing is told. */
  quiet?: boolean;
}

/** Outages of a house now, soon, and over a moment ago. */
export function Told({ companyId, buildingId, onLink, quiet = false }: Props) {
  const w = useWords();
  const items = useTold(companyId, buildingId).data?.items ?? [];
  if (items.length === 0 && quiet) return null;
  return (
    <Panel title={w.told} right={<span className="cnt">{items.length}</span>}>
      {items.length === 0 && <div className="quiet">{w.toldNone}</div>}
      {items.map((n) => (
        <Line key={n.id} n={n} onLink={onLink} />
      ))}
    </Panel>
  );
}

/** Notices a request is tied to, and those of its house that it may be tied to; nothing is drawn without one. */
export function ToldOfTicket({
  ticketId,
  buildingId,
  isOpen,
}: {
  ticketId: number;
  buildingId: number;
  isOpen: boolean;
}) {
  const w = useWords();
  const me = useMe();
  const tied = useNoticesOfTicket(ticketId, may(me, "notice.read")).data?.items;
  const writes = isOpen && may(me, "notice.write");
  const told = useTold(0, writes ? buildingId : null).data?.items ?? [];
  const free = tied ? told.filter((n) => !n.over_at && !tied.some((t) => t.id === n.id)) : [];
  if (!tied || tied.length + free.length === 0) return null;
  return (
    <Panel title={w.told}>
      {tied.map((n) => (
        <Line key={n.id} n={n} tied />
      ))}
      {free.map((n) => (
        <Free key={n.id} n={n} ticketId={ticketId} />
      ))}
    </Panel>
  );
}

function Free({ n, ticketId }: { n: Notice; ticketId: number }) {
  const w = useWords();
  const said = useSaid();
  const tie = useTie(n);
  const go = () => tie.mutate([ticketId], { onSuccess: () => said(w.tiedSaid) });
  return (
    <>
      <Line n={n} onTie={go} busy={tie.isPending} />
      <Refused error={tie.error} />
    </>
  );
}

type LineProps = { n: Notice; onLink?: Props["onLink"]; onTie?: () => void; busy?: boolean; tied?: boolean };

/** One notice in a line of its own. */
export function Line({ n, onLink, onTie, busy = false, tied = false }: LineProps) {
  const w = useWords();
  const now = useNow();
  const when = n.over_at
    ? w.overAt(momentOf(n.over_at, n.zone, now))
    : n.state === "planned"
      ? `${w.fromAt(momentOf(n.starts_at, n.zone, now))} ${w.tillAt(momentOf(n.ends_at, n.zone, now))}`
      : w.tillAt(momentOf(n.ends_at, n.zone, now));
  return (
    <div className="li notice-line" data-testid={`told-${n.id}`}>
      <div className="grow">
        <StateChip n={n} /> <span className="b">{n.text}</span>
        <div className="s12 t2">{[when, n.reason].filter(Boolean).join(" · ")}</div>
      </div>
      {tied && <span className="chip">{w.tied}</span>}
      {onTie && (
        <Button size="compact-sm" variant="default" loading={busy} data-testid={`tie-${n.id}`} onClick={onTie}>
          {w.tieThis}
        </Button>
      )}
      {onLink && n.state !== "planned" && (
        <Button size="compact-xs" variant="subtle" data-testid={`join-${n.id}`} onClick={() => onLink(n)}>
          {n.over_at ? w.stillOff : w.linkCall}
        </Button>
      )}
    </div>
  );
}

/** The state in a word; colour only underlines it. */
export function StateChip({ n }: { n: Notice }) {
  const w = useWords();
  const live = n.state === "in_force" || n.state === "prolonged";
  return <span className={live ? "chip notice-live" : "chip"}>{w.state[n.state]}</span>;
}
