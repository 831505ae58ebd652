import { Link } from "@tanstack/react-router";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Panel } from "../ui/blocks";
import type { NoticeCard } from "./api";
import { useWords } from "./words";

/** Who called about it, each with the number told. */
export function Callers({ n }: { n: NoticeCard }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  if (n.callers.length === 0) return null;
  return (
    <Panel title={w.callers} right={<span className="cnt">{n.calls}</span>}>
      {n.callers.map((j) => (
        <div className="li" key={j.reference} data-testid={`caller-${j.reference}`}>
          <div className="grow s13">
            <b>{j.reference}</b>{" "}
            {j.call_id > 0 && may(me, "call.read") ? (
              <Link to="/calls/$id" params={{ id: String(j.call_id) }}>
                {w.byCall}
              </Link>
            ) : (
              [j.address || w.byCall, j.phone && phoneOf(j.phone)].filter(Boolean).join(", ")
            )}
            <div className="s12 t2">{[momentOf(j.at, n.zone, now), j.by].filter(Boolean).join(" · ")}</div>
          </div>
          {j.is_after && <span className="chip plan">{w.afterEnd}</span>}
        </div>
      ))}
    </Panel>
  );
}
