import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { TicketCard } from "../api/types";
import { useLang } from "../i18n/i18n";
import { useNow } from "../time/clock";
import { momentOf, remainsOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { useWords } from "./words";

const HOT = 3_600_000; // an emergency's last hour is red

/** The limits: the rule, the hour, and what remains or when it was met. */
export function Terms({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const now = useNow();
  const rows = [
    { stage: "accept", name: w.term.accept, by: t.accept_by, met: t.accepted_at, counts: true },
    {
      stage: "localise",
      name: w.term.localise,
      by: t.localise_by,
      met: t.localised_at ?? t.done_at,
      counts: t.localised_at !== null,
    },
    { stage: "finish", name: w.term.finish, by: t.due_at, met: t.done_at, counts: true },
  ];
  const set = rows.filter((r) => r.by !== null);
  return (
    <Panel title={w.card.terms}>
      {set.length === 0 ? (
        <div className="quiet">{w.limit.none}</div>
      ) : (
        <table className="terms">
          <tbody>
            {set.map((r) => (
              <tr key={r.name}>
                <th scope="row">
                  {r.name}
                  {t.limits
                    .filter((l) => l.stage === r.stage && l.text)
                    .map((l) => (
                      <div key={l.text} className="s12 t3" style={{ fontWeight: 400 }}>
                        {l.text}
                      </div>
                    ))}
                </th>
                <td className="t2 nw">{r.by && momentOf(r.by, t.zone, now)}</td>
                <td className="nw">
                  {r.by && <Met by={Date.parse(r.by)} met={r.met} ticket={t} now={now} counts={r.counts} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

type MetProps = { by: number; met: string | null; ticket: TicketCard; now: number; counts: boolean };

function Met({ by, met, ticket: t, now, counts }: MetProps): ReactNode {
  const w = useWords();
  const lang = useLang();
  if (met) {
    const at = momentOf(met, t.zone, now);
    const late = Date.parse(met) > by;
    if (late) return <span className={counts ? "k-emg" : "t2"}>{counts ? w.term.doneLate(at) : at}</span>;
    return (
      <span className="row" style={{ gap: 4 }}>
        <IconCheck size={14} aria-hidden />
        {at}
      </span>
    );
  }
  if (t.status === "cancelled" || t.status === "closed" || t.status === "done")
    return <span className="t3">{w.term.notNeeded}</span>;
  if (now > by) {
    // Localisation is not always marked: it is not known to be broken, only that the hour has passed.
    if (!counts) return <span className="t2">{w.term.passed}</span>;
    return <span className="k-emg b">{w.term.late(remainsOf(now - by, lang))}</span>;
  }
  const hot = t.kind === "emergency" && by - now < HOT;
  return <span className={hot ? "k-emg b num" : "num"}>{remainsOf(by - now, lang)}</span>;
}
