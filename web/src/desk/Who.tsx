import { IconCheck } from "@tabler/icons-react";
import type { DeskCall } from "../api/types";
import type { Place } from "../request/form";
import type { CallView } from "../softphone/protocol";
import { useNow } from "../time/clock";
import { clockOf, momentOf, phoneOf, timeOf } from "../time/format";
import { BindCaller } from "../tasks/BindCaller";
import { Panel } from "../ui/blocks";
import { useWords as useShared } from "../ui/words";
import { useOutcomeText } from "./Idle";
import { useWords } from "./words";

/** Left: who calls, by which line, what is known of the number, who is on duty. */
export function Who({ call, card, place }: { call: CallView; card: DeskCall | undefined; place: Place | null }) {
  const w = useWords();
  const now = useNow();
  const text = useOutcomeText();
  const name = card?.company?.name || call.company_name;
  const zone = card?.company?.zone || call.zone;
  const city = card?.company?.city || call.city;
  const last = card?.recent_calls[0];
  const waited =
    Date.parse(call.state === "ringing" ? new Date(now).toISOString() : call.since) - Date.parse(call.waited_since);
  return (
    <aside className="pane" aria-label={w.who.calls}>
      <div>
        <div className="s12 t2">{w.who.company}</div>
        <div className="b company-name">{name || w.who.unknownCompany}</div>
        <div className="s13 t2">{[city, zone && timeOf(now, zone)].filter(Boolean).join(" · ")}</div>
      </div>
      <dl className="kv">
        {call.line_phone && (
          <>
            <dt>{w.who.line}</dt>
            <dd>
              {call.line_kind === "citywide" ? w.who.citywide : w.who.dedicated}:{" "}
              <span className="nw">{phoneOf(call.line_phone)}</span>
            </dd>
          </>
        )}
        <dt>{w.who.calls}</dt>
        <dd className="b">
          {call.phone ? phoneOf(call.phone) : w.bar.hidden}
          {card?.company && call.phone && call.direction === "inbound" && (
            <div>
              <BindCaller callKey={call.key} company={card.company.id} />
            </div>
          )}
        </dd>
        {call.direction === "inbound" && call.state === "ringing" && (
          <>
            <dt>{w.who.waited}</dt>
            <dd className="num">{clockOf(waited)}</dd>
          </>
        )}
        {card && call.phone && (
          <>
            <dt>{w.who.before}</dt>
            <dd>
              {last
                ? `${w.who.beforeValue(card.recent_calls.length, momentOf(last.started_at, last.zone, now))}: ${lower(text(last))}`
                : w.who.firstTime}
            </dd>
          </>
        )}
      </dl>
      <Address card={card} place={place} />
      {card && card.company && <OnDuty card={card} />}
    </aside>
  );
}

function Address({ card, place }: { card: DeskCall | undefined; place: Place | null }) {
  const w = useWords();
  const s = useShared();
  if (place) {
    const where = [
      place.entrance ? w.who.entrance(place.entrance) : "",
      place.floor ? w.who.floor(place.floor) : "",
      place.companyName,
    ].filter(Boolean);
    return (
      <Panel title={w.who.confirmed} right={<IconCheck size={18} color="var(--c-accent-text)" aria-hidden />}>
        <div className="b lead">{[place.house, place.unit && s.unitShort(place.unit)].filter(Boolean).join(", ")}</div>
        <div className="s13 t2">{where.join(" · ")}</div>
      </Panel>
    );
  }
  const [known, ...more] = card?.known ?? [];
  if (!card) return null;
  if (!known) {
    return (
      <Panel title={w.who.byNumber}>
        <div className="quiet">{w.who.noAddress}</div>
      </Panel>
    );
  }
  const where = [
    known.entrance ? w.who.entrance(known.entrance) : "",
    known.floor ? w.who.floor(known.floor) : "",
    known.company_name,
  ].filter(Boolean);
  return (
    <Panel title={w.who.byNumber} right={<span className="chip">{w.who.unconfirmed}</span>}>
      <div className="b lead">{known.address}</div>
      <div className="s13 t2">{where.join(" · ")}</div>
      {more[0] && <div className="s13 t2 after">{w.who.also(more.map((k) => k.address).join("; "))}</div>}
    </Panel>
  );
}

function does(p: DeskCall["on_duty"][number] | undefined, w: ReturnType<typeof useWords>): string {
  if (!p) return "";
  return p.role === "responsible" ? w.who.responsible : p.work_type || w.who.anyWork;
}

function OnDuty({ card }: { card: DeskCall }) {
  const w = useWords();
  const people = card.on_duty.slice(0, 8);
  return (
    <Panel title={w.who.duty}>
      {people.length === 0 ? (
        <div className="quiet">{w.who.dutyNone}</div>
      ) : (
        <>
          <dl className="kv">
            {people.map((p, i) => (
              <div className="pair" key={`${p.member_id}/${p.work_type}/${p.role}/${p.level}`}>
                {/* One kind of work is named once, its people follow by level. */}
                <dt>{i > 0 && does(people[i - 1], w) === does(p, w) ? "" : does(p, w)}</dt>
                <dd>
                  <span className="nw">{p.name}</span>
                  {p.role !== "responsible" && <span className="t2 nw"> · {w.who.level(p.level)}</span>}
                </dd>
              </div>
            ))}
          </dl>
          {card.on_duty.length > people.length && (
            <div className="s12 t2">{w.side.more(card.on_duty.length - people.length)}</div>
          )}
          <div className="s12 t3 after">{w.who.dutyNote}</div>
        </>
      )}
    </Panel>
  );
}

/** A result in the middle of a line. */
const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
