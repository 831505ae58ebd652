import type { TicketCard } from "../api/types";
import { useLang } from "../i18n/i18n";
import { useNow } from "../time/clock";
import { momentOf, remainsOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { useWords } from "./words";

/** The periods of work: when, how long, whose, and why it ended. */
export function Works({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const now = useNow();
  const lang = useLang();
  if (t.works.length === 0) return null;
  const length = (x: TicketCard["works"][number]) =>
    Math.max(0, (x.ended_at ? Date.parse(x.ended_at) : now) - Date.parse(x.began_at));
  const all = t.works.reduce((sum, x) => sum + length(x), 0);
  return (
    <Panel title={w.works.title} right={<span className="cnt">{remainsOf(all, lang)}</span>}>
      {t.works.map((x) => (
        <div key={x.began_at} className="li">
          <div className="grow">
            <div className="s13">
              {momentOf(x.began_at, t.zone, now)} – {x.ended_at ? momentOf(x.ended_at, t.zone, now) : w.works.goes}
              <span className="t2"> · {remainsOf(length(x), lang)}</span>
            </div>
            <div className="s12 t2">
              {[
                w.works.began(x.began_by),
                x.ended_at && w.works.ended(x.ended_by, x.why),
                x.executor !== x.began_by && x.executor && w.works.executor(x.executor),
              ]
                .filter(Boolean)
                .join(" · ")}
            </div>
          </div>
        </div>
      ))}
    </Panel>
  );
}
