import { Button } from "@mantine/core";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import type { Session } from "./api";
import { deviceOf } from "./device";
import { useWords } from "./words";

type Props = { sessions: Session[]; busy: boolean; onEnd?: ((id: number) => void) | undefined };

/** Browsers somebody is signed in with: device, where from, last seen. */
export function SessionList({ sessions, busy, onEnd }: Props) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  if (sessions.length === 0) return <div className="quiet">{w.noSessions}</div>;
  return (
    <ul className="users-list">
      {sessions.map((s) => (
        <li key={s.id}>
          <span className="grow">
            <span className="b">{deviceOf(s.device) || w.unknownDevice}</span>
            {s.is_this && (
              <span className="chip acc" style={{ marginLeft: 8 }}>
                {w.thisOne}
              </span>
            )}
            <span className="s12 t2" style={{ display: "block" }}>
              {[s.source, w.ways[s.way], momentOf(s.seen_at, me.zone, now)].filter(Boolean).join(" · ")}
            </span>
          </span>
          {onEnd && !s.is_this && (
            <Button variant="default" size="xs" disabled={busy} onClick={() => onEnd(s.id)}>
              {w.endOne}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
