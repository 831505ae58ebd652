import { IconRobot } from "@tabler/icons-react";
import type { EscalationLevel, TicketCard, TicketEscalation } from "../api/types";
import { useNow } from "../time/clock";
import { clockOf, momentOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords } from "./words";

/** How far the handing over of an emergency has got, in words: who is called now, who comes next and when. */
export function Ladder({ ticket, escalation: e }: { ticket: TicketCard; escalation: TicketEscalation }) {
  const w = useWords();
  const now = useNow();
  const left = e.deadline === null ? null : Date.parse(e.deadline) - now;
  const next =
    e.stage === "finished"
      ? w.ladder.finished
      : e.stage === "announcing"
        ? w.ladder.untilAgain
        : e.levels.some((l) => l.level > e.level)
          ? w.ladder.untilNext(e.level + 1)
          : w.ladder.untilAll;
  const title = (
    <span className="row">
      {e.stage !== "finished" && <KindSign kind="emergency" />}
      {w.card.ladder}
    </span>
  );
  return (
    <Panel flush title={title} right={<span className="s12 t2">{next}</span>}>
      {e.levels.map((l) => (
        <Level key={`${l.level}-${l.member_id}`} level={l} escalation={e} zone={ticket.zone} left={left} />
      ))}
      <div className={e.stage === "announcing" ? "step now" : "step fut"}>
        <span className="lv" aria-hidden>
          <IconRobot size={14} stroke={1.6} />
        </span>
        <div>
          <div className="b">{e.responsible ? w.ladder.allTo(e.responsible.name) : w.ladder.all}</div>
          <div className="s13 t2">
            {e.stage === "announcing"
              ? w.ladder.allNow(e.round)
              : e.stage === "calling"
                ? w.ladder.allLater
                : w.ladder.state.not_needed}
          </div>
        </div>
        {e.stage === "announcing" && <Countdown left={left} />}
      </div>
    </Panel>
  );
}

const begun: ReadonlySet<EscalationLevel["state"]> = new Set(["calling", "refused", "not_reached", "timed_out"]);

type LevelProps = { level: EscalationLevel; escalation: TicketEscalation; zone: string; left: number | null };

function Level({ level: l, escalation: e, zone, left }: LevelProps) {
  const w = useWords();
  const now = useNow();
  const isNow = l.state === "calling";
  const at = l.at && momentOf(l.at, zone, now);
  const words = [
    l.state === "waiting" && at ? w.ladder.starts(at) : w.ladder.state[l.state],
    isNow && e.dials > 0 && w.ladder.dialled(e.dialled, e.dials),
    begun.has(l.state) && at && w.ladder.began(at),
  ].filter(Boolean);
  return (
    <div className={isNow ? "step now" : l.state === "accepted" ? "step won" : "step fut"}>
      <span className="lv" aria-hidden>
        {l.level}
      </span>
      <div>
        <div className="b">{l.name}</div>
        <div className="s13 t2">{words.join(" · ")}</div>
      </div>
      {isNow && <Countdown left={left} />}
    </div>
  );
}

/** Counts by the server's clock; at zero it says what happens, never a negative number. */
function Countdown({ left }: { left: number | null }) {
  const w = useWords();
  if (left === null) return null;
  if (left <= 0) return <span className="s13 k-emg b">{w.ladder.movedOn}</span>;
  return (
    <span className="clock k-emg" role="timer" aria-live="off">
      {clockOf(left)}
    </span>
  );
}
