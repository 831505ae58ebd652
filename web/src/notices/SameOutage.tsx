import { Button } from "@mantine/core";
import { IconSpeakerphone } from "@tabler/icons-react";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Key, Note } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { useTold, type Notice } from "./api";
import { useWords } from "./words";

type Props = {
  buildingId: number | null;
  active: boolean;
  /** Joins the caller with the notice; he still gets a number. */
  onJoin: (notice: Notice) => void;
};

/** Outages of the house while the person types (J10): never in the way, and F7 joins the caller with the first. */
export function SameOutage({ buildingId, active, onJoin }: Props) {
  const w = useWords();
  const me = useMe();
  const told =
    useTold(0, may(me, "notice.read") ? buildingId : null).data?.items.filter((n) => n.state !== "planned") ?? [];
  const first = told.find((n) => !n.over_at);
  useKeys({ F7: () => first && onJoin(first) }, active && first !== undefined);
  if (told.length === 0) return null;
  return (
    <div className="col" role="status" aria-label={w.told} data-testid="outages">
      {told.slice(0, 3).map((n) => (
        <One key={n.id} n={n} isFirst={n === first} active={active} onJoin={() => onJoin(n)} />
      ))}
    </div>
  );
}

type OneProps = { n: Notice; isFirst: boolean; active: boolean; onJoin: () => void };

function One({ n, isFirst, active, onJoin }: OneProps) {
  const w = useWords();
  const now = useNow();
  const when = n.over_at ? w.overAt(momentOf(n.over_at, n.zone, now)) : w.tillAt(momentOf(n.ends_at, n.zone, now));
  return (
    <Note tone="plan">
      <IconSpeakerphone size={18} style={{ flex: "none" }} aria-hidden />
      <div className="grow">
        <span className="b">{w.isTold(n.number)}</span> {n.text} <span className="nw">{when}</span>
      </div>
      <Button
        size="compact-sm"
        variant="default"
        disabled={!active}
        data-testid={`outage-${n.id}`}
        rightSection={isFirst ? <Key>F7</Key> : null}
        onClick={onJoin}
      >
        {n.over_at ? w.stillOff : w.same}
      </Button>
    </Note>
  );
}
