import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import type { Matter } from "./api";
import { useWords } from "./words";

const kinds: readonly Matter["kind"][] = ["waiting", "escalation", "emergency", "alarm", "promise", "task", "operator"];

/** What is open, by kinds, the gravest first; a kind with nothing open says so. */
export function Matters({ of }: { of: Matter[] }) {
  const w = useWords().handover;
  const me = useMe();
  const now = useNow();
  return (
    <div className="shift-matters">
      {kinds.map((kind) => {
        const ms = of.filter((m) => m.kind === kind);
        return (
          <section key={kind} data-testid={`matters-${kind}`}>
            <h3 className="s13 b">
              {ms.some((m) => m.is_grave) && <IconAlertTriangle size={14} aria-hidden className="k-emg" />}{" "}
              {w.kind[kind]} <span className="num t2">{ms.length}</span>
            </h3>
            {ms.length === 0 ? (
              <div className="s13 t2">{w.none[kind]}</div>
            ) : (
              <ul>
                {ms.map((m) => (
                  <li key={m.ref} className="s13">
                    {m.ticket_id ? (
                      <Link to="/journal/$id" params={{ id: String(m.ticket_id) }}>
                        {m.text}
                      </Link>
                    ) : (
                      m.text
                    )}
                    {m.at && (
                      <span className="t2">
                        {" · "}
                        {w.when[kind](momentOf(m.at, me.zone, now))}
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}
