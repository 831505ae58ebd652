import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { ReasonRow, TicketRow } from "../api/types";
import { useNow } from "../time/clock";
import { numberOf } from "../time/format";
import { Key, Note } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { useWords as useCommon } from "../ui/words";
import type { Place } from "./form";
import { useWords } from "./words";

/** Requests that may be about the same trouble: same house and reason, near in time (J10). */
export function useSame(place: Place | null, reason: ReasonRow | null) {
  const query = { building_id: place?.buildingId ?? 0, reason_id: reason?.id ?? 0, unit: place?.unit ?? "" };
  return useQuery({
    queryKey: ["tickets", "similar", query],
    queryFn: () => take(api.GET("/api/v1/tickets/similar", { params: { query } })),
    enabled: place !== null && reason !== null && reason.kind !== "consultation",
    meta: { live: ["ticket"] as const },
  });
}

type Props = {
  place: Place | null;
  reason: ReasonRow | null;
  active: boolean;
  /** Joins the caller to the request; he still gets a number. */
  onJoin: (ticket: TicketRow) => void;
  /** Said when there is none. */
  none?: string;
};

/** While the person types: it never stands in the way, and F6 joins the caller to the first of them. */
export function Same({ place, reason, active, onJoin, none }: Props) {
  const w = useWords().same;
  const found = useSame(place, reason).data?.items;
  const first = found?.[0];
  useKeys({ F6: () => first && onJoin(first) }, active && first !== undefined);
  if (!found) return null;
  if (!first) {
    return none ? (
      <Note>
        <IconCheck size={18} style={{ flex: "none" }} aria-hidden />
        <div>{none}</div>
      </Note>
    ) : null;
  }
  return (
    <div className="col" role="status" aria-label={w.title} data-testid="same">
      {found.slice(0, 3).map((t, i) => (
        <One key={t.id} ticket={t} isFirst={i === 0} active={active} onJoin={() => onJoin(t)} />
      ))}
    </div>
  );
}

type OneProps = { ticket: TicketRow; isFirst: boolean; active: boolean; onJoin: () => void };

function One({ ticket: t, isFirst, active, onJoin }: OneProps) {
  const w = useWords().same;
  const c = useCommon();
  const now = useNow();
  const minutes = Math.max(0, Math.floor((now - Date.parse(t.created_at)) / 60_000));
  return (
    <Note tone="plan">
      <IconAlertTriangle size={18} style={{ flex: "none" }} aria-hidden />
      <div className="grow">
        <span className="b">{w.is(numberOf(t.number))} </span>
        {[t.unit ? c.unitShort(t.unit) : c.wholeHouse, c.status[t.status].toLowerCase(), w.ago(minutes)].join(" · ")}
      </div>
      <Button
        size="compact-sm"
        variant="default"
        disabled={!active}
        data-testid={`same-${t.id}`}
        rightSection={isFirst ? <Key>F6</Key> : null}
        onClick={onJoin}
      >
        {w.join}
      </Button>
    </Note>
  );
}
