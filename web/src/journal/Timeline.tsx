import { SegmentedControl, Skeleton } from "@mantine/core";
import {
  IconArrowsExchange,
  IconBuilding,
  IconMessage,
  IconPaperclip,
  IconPencil,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconPlus,
  IconStairsUp,
  IconUserCheck,
  IconTag,
  IconTool,
  IconUserCog,
  IconAddressBook,
  type Icon,
} from "@tabler/icons-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { TicketEvent } from "../api/types";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { clockOf, fullOf, shortOf } from "../time/format";
import { Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { useEvents } from "./api";
import { Player } from "../player/Player";
import { useRead } from "./unread";
import { useWords } from "./words";

type Filter = "all" | "calls" | "states" | "notes";

const kindsOf: Record<Exclude<Filter, "all">, readonly TicketEvent["kind"][]> = {
  calls: ["call"],
  states: ["created", "status", "executor", "handover", "escalation", "label", "supplier", "house"],
  notes: ["comment", "contact", "edit"],
};

const fits = (event: TicketEvent, filter: Filter) =>
  filter === "all" || kindsOf[filter].includes(event.kind) || (filter === "calls" && event.call !== null);

/** The line of time, oldest first; new events come at the bottom without a jump. */
export function Timeline({ ticketId, zone }: { ticketId: number; zone: string }) {
  const w = useWords();
  const events = useEvents(ticketId);
  const [filter, setFilter] = useState<Filter>("all");
  const fresh = useRead(ticketId, events.data);
  const items = events.data?.items ?? [];
  const shown = items.filter((e) => fits(e, filter));
  const { box, unread, toEnd } = useBottom(shown.length, ticketId);
  const label = (f: Filter) => `${w.line[f]} ${items.filter((e) => fits(e, f)).length}`;
  return (
    <div className="timeline">
      <div className="row" style={{ padding: "12px 16px 8px" }}>
        <SegmentedControl
          size="xs"
          value={filter}
          onChange={(f) => setFilter(f as Filter)}
          data={(["all", "calls", "states", "notes"] as const).map((f) => ({ value: f, label: label(f) }))}
        />
        <span className="grow" />
        <span className="quiet s12 wide-only">{w.card.live}</span>
      </div>
      <div className="timeline-body" ref={box} tabIndex={0} role="log" aria-label={w.phone.history}>
        {events.isError && !events.data ? (
          <Failed error={events.error} retry={() => void events.refetch()} />
        ) : events.isPending ? (
          <Late>
            <div className="col" aria-busy>
              {[60, 80, 45, 70].map((p) => (
                <Skeleton key={p} h={18} w={`${p}%`} animate={false} />
              ))}
            </div>
          </Late>
        ) : shown.length === 0 ? (
          <div className="quiet">{w.line.empty}</div>
        ) : (
          <div className="tl">
            {shown.map((e) => (
              <Event key={e.id} event={e} zone={zone} isFresh={fresh.has(e.id)} />
            ))}
          </div>
        )}
      </div>
      {unread > 0 && (
        <button type="button" className="chip acc press to-end" onClick={toEnd}>
          {w.card.newEvents(unread)}
        </button>
      )}
    </div>
  );
}

/** Keeps the bottom in sight while the reader is there; otherwise counts what has come below. */
function useBottom(count: number, ticketId: number) {
  const box = useRef<HTMLDivElement>(null);
  const [read, setRead] = useState(0);
  const near = () => {
    const b = box.current;
    return !b || b.scrollHeight - b.scrollTop - b.clientHeight < 40;
  };
  const wasNear = useRef(true);
  const last = useRef(ticketId);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useLayoutEffect(() => {
    if (wasNear.current || last.current !== ticketId) {
      toEnd();
      setRead(count);
    }
    last.current = ticketId;
  }, [count, ticketId]);
  useEffect(() => {
    const b = box.current;
    if (!b) return;
    const look = () => {
      wasNear.current = near();
      if (wasNear.current) setRead(count);
    };
    b.addEventListener("scroll", look, { passive: true });
    return () => b.removeEventListener("scroll", look);
  }, [count]);
  return { box, unread: Math.max(0, count - read), toEnd };
}

const icons: Record<TicketEvent["kind"], Icon> = {
  created: IconPlus,
  status: IconArrowsExchange,
  comment: IconMessage,
  executor: IconUserCog,
  label: IconTag,
  supplier: IconTool,
  call: IconPhoneIncoming,
  escalation: IconStairsUp,
  handover: IconUserCheck,
  contact: IconAddressBook,
  file: IconPaperclip,
  edit: IconPencil,
  house: IconBuilding,
};

function Event({ event: e, zone, isFresh }: { event: TicketEvent; zone: string; isFresh: boolean }) {
  const w = useWords();
  const now = useNow();
  const EventIcon = e.call?.direction === "outbound" && e.kind === "call" ? IconPhoneOutgoing : icons[e.kind];
  const isState = e.kind === "created" || e.kind === "status" || e.kind === "handover";
  const said = e.kind === "comment";
  const there = e.data.device_at; // it waited on a phone for a network
  const by = w.line.parts[e.by as keyof typeof w.line.parts] ?? e.by; // a part of the program, or a person
  return (
    <div className="ev">
      <time className="tm" dateTime={e.at} title={fullOf(e.at, zone, now)}>
        {shortOf(e.at, zone, now)}
      </time>
      <span className={isState ? "dot acc" : "dot"} aria-hidden>
        <EventIcon size={14} stroke={1.6} />
      </span>
      <div className="ev-text">
        <div>
          {said ? <span className="b">{by}</span> : <span className={isState ? "b" : undefined}>{e.text}</span>}
          {!said && e.by && <span className="t2"> · {by}</span>}
          {isFresh && <span className="chip acc ev-chip">{w.line.unread}</span>}
          {e.is_for_resident && <span className="chip acc ev-chip">{w.line.forResident}</span>}
        </div>
        {said && <div className="msg">{e.text}</div>}
        {typeof there === "string" && there !== e.at && (
          <div className="quiet s12">{w.line.there(shortOf(there, zone, now), shortOf(e.at, zone, now))}</div>
        )}
        {e.call && <Call call={e.call} />}
      </div>
    </div>
  );
}

function Call({ call }: { call: NonNullable<TicketEvent["call"]> }) {
  const w = useWords();
  const me = useMe();
  if (call.recording_id !== null && may(me, "recording.play")) {
    return <Player recordingId={call.recording_id} durationMs={call.duration_ms} />;
  }
  if (call.duration_ms <= 0) return null;
  return <div className="quiet">{w.line.talk(clockOf(call.duration_ms))}</div>;
}
