import { IconAlertTriangle, IconClockExclamation, IconRepeat } from "@tabler/icons-react";
import { useNow } from "../time/clock";
import { clockOf, phoneOf } from "../time/format";
import { Empty } from "../ui/blocks";
import { waitTone } from "../time/tones";
import { useCalls, type LiveCall } from "./api";
import { Loaded } from "./Loaded";
import { Surge } from "./Surge";
import { ListenButton, WatchBar, useWatching, type Watching } from "./Watch";
import { useWords } from "./words";

/** Every call of this moment: callers who wait first. */
export function Calls() {
  const w = useWords().call;
  const watching = useWatching();
  return (
    <Loaded of={useCalls()}>
      {({ items, all }) =>
        items.length === 0 ? (
          <Empty title={w.none} />
        ) : (
          <>
            <Surge calls={items} />
            <WatchBar of={watching} call={items.find((c) => c.key === watching.on)} />
            <ul className="panel shift-list" aria-label={w.list}>
              {items.map((c) => (
                <Row key={c.key} c={c} watching={watching} />
              ))}
            </ul>
            {all > items.length && <div className="quiet">{w.more(all - items.length)}</div>}
          </>
        )
      }
    </Loaded>
  );
}

/** The alarm of a long talk is raised after so many milliseconds (F19). */
const LONG = 30 * 60_000;

const tones = { "": "", warn: "plan", bad: "emg", over: "emg" } as const;

function Row({ c, watching }: { c: LiveCall; watching: Watching }) {
  const all = useWords();
  const w = all.call;
  const now = useNow();
  const waits = c.is_inbound && !c.operator_id;
  const tone = waits ? waitTone(now - Date.parse(c.started_at)) : "";
  const long = c.talk_since ? now - Date.parse(c.talk_since) : 0;
  return (
    <li className="shift-call" data-testid={`call-${c.key}`} data-tone={tone || undefined}>
      <span className={`chip ${tones[tone]}`}>
        {tone !== "" && <IconAlertTriangle size={14} aria-hidden />}
        {w.state[c.state]} <span className="num">{clockOf(now - Date.parse(waits ? c.started_at : c.since))}</span>
      </span>
      <span className="grow">
        <span className="b">{c.phone ? phoneOf(c.phone) : all.hidden}</span>{" "}
        {c.is_urgent && (
          <span className="chip emg">
            <IconAlertTriangle size={14} aria-hidden />
            {w.urgent}
          </span>
        )}
        {(c.is_own || c.is_overflow) && <span className="chip">{c.is_own ? w.own : w.overflow}</span>}
        {long >= LONG && (
          <span className="chip plan">
            <IconClockExclamation size={14} aria-hidden />
            {w.long(Math.floor(long / 60_000))}
          </span>
        )}
        {c.is_repeated && (
          <span className="chip">
            <IconRepeat size={14} aria-hidden />
            {w.repeated}
          </span>
        )}
        {c.is_slow && <span className="chip">{w.slow}</span>}
        <span className="s13 t2 block">
          {[c.is_inbound ? w.inbound : w.purpose[c.purpose], c.company_name || all.city, c.house, c.trunk]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      <span className="s13">{c.operator}</span>
      <ListenButton c={c} of={watching} />
    </li>
  );
}
