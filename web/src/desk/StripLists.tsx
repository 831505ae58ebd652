import { Popover } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { CSSProperties, ReactNode } from "react";
import type { DeskFigures } from "../api/types";
import { useLang } from "../i18n/i18n";
import { useNow } from "../time/clock";
import { clockOf, numberOf, phoneOf, remainsOf } from "../time/format";
import { useWords as useShared } from "../ui/words";
import { pauseWords } from "./state";
import { useWords } from "./words";

interface SlotProps {
  name: string;
  title: string;
  className: string;
  style: CSSProperties;
  list: ReactNode;
  children: ReactNode;
}

/** A slot of the strip that opens the list behind its figure. */
export function ListSlot({ name, title, className, style, list, children }: SlotProps) {
  return (
    <Popover position="bottom-start" shadow="md" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={`${className} press`} style={style} data-testid={`slot-${name}`}>
          {children}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="strip-list" data-testid={`list-${name}`} tabIndex={-1} data-autofocus>
        <div className="b">{title}</div>
        {list}
      </Popover.Dropdown>
    </Popover>
  );
}

function Rows({ children, empty, isEmpty }: { children: ReactNode; empty: string; isEmpty: boolean }) {
  return isEmpty ? <div className="quiet">{empty}</div> : <ul className="plain-list">{children}</ul>;
}

function Row({ children, value, tone = "t2" }: { children: ReactNode; value: string; tone?: string }) {
  return (
    <li className="row found">
      <span className="grow ell">{children}</span>
      <span className={`num nw ${tone}`}>{value}</span>
    </li>
  );
}

/** Callers in the queue. */
export function QueueList({ items, all }: { items: DeskFigures["queue"]; all: number }) {
  const w = useWords();
  const now = useNow();
  return (
    <Rows isEmpty={items.length === 0} empty={w.strip.noQueue}>
      {items.map((q) => (
        <Row key={q.since + q.company_name} value={clockOf(now - Date.parse(q.since))}>
          {q.company_name || w.who.citywide}
          {q.is_own && <span className="t2"> · {w.strip.ownOperators}</span>}
        </Row>
      ))}
      {all > items.length && <li className="s13 t2">{w.side.more(all - items.length)}</li>}
    </Rows>
  );
}

function useRemains(): (at: string | null | undefined) => string {
  const w = useWords();
  const lang = useLang();
  const now = useNow();
  return (at) => (at && Date.parse(at) > now ? remainsOf(Date.parse(at) - now, lang) : at ? w.strip.late : "—");
}

/** Lost callers: each is a task that comes to an operator by itself. */
export function LostList({ items }: { items: DeskFigures["lost"] }) {
  const w = useWords();
  const remains = useRemains();
  return (
    <Rows isEmpty={items.length === 0} empty={w.strip.noLost}>
      {items.map((l) => (
        <Row key={l.task_id} value={remains(l.promise_at)} tone="b">
          {phoneOf(l.phone)}
          {l.is_waiting && <span className="t2"> · {w.strip.kept}</span>}
        </Row>
      ))}
      <li className="s13 t2">{w.idle.tasksNote}</li>
    </Rows>
  );
}

/** Emergencies nobody has taken; they open beside, so that a form under way stays. */
export function UntakenList({ items }: { items: DeskFigures["not_handed_over"] }) {
  const w = useWords();
  const s = useShared();
  const remains = useRemains();
  return (
    <Rows isEmpty={items.length === 0} empty={w.strip.noUntaken}>
      {items.map((t) => (
        <Row key={t.ticket_id} value={remains(t.next_step_at)} tone="b">
          <Link to="/journal/$id" params={{ id: String(t.ticket_id) }} target="_blank">
            {s.number(numberOf(t.number))}
          </Link>
        </Row>
      ))}
      <li className="s13">
        <Link to="/journal" search={{ view: "new", kind: ["emergency"] }} target="_blank">
          {w.strip.inJournal}
        </Link>
      </li>
    </Rows>
  );
}

/** Operators at their places and what they are doing. */
export function OperatorList({ items }: { items: DeskFigures["seats"] }) {
  const w = useWords();
  const now = useNow();
  return (
    <Rows isEmpty={items.length === 0} empty={w.strip.noOperators}>
      {items.map((o) => (
        <Row key={o.user_id} value={clockOf(now - Date.parse(o.since))}>
          {o.name} <span className="t2">· {o.state === "pause" ? pauseWords(o.reason, w)[0] : w.state[o.state]}</span>
          {o.company && <span className="t2"> · {o.company}</span>}
          {o.trouble && <span className="k-emg"> · {w.strip.trouble[o.trouble]}</span>}
        </Row>
      ))}
    </Rows>
  );
}

/** Lines and, of those that do not work, why. */
export function TrunkList({ items }: { items: DeskFigures["trunks"] }) {
  const w = useWords();
  const now = useNow();
  return (
    <Rows isEmpty={items.length === 0} empty={w.strip.noTrunks}>
      {items.map((t) => (
        <Row
          key={t.name}
          value={t.state === "up" ? w.strip.works : clockOf(now - Date.parse(t.since))}
          tone={t.state === "up" ? "t2" : "k-emg"}
        >
          {t.name} {t.state !== "up" && <span className="t2">· {t.text || w.strip.noAnswer}</span>}
        </Row>
      ))}
    </Rows>
  );
}
