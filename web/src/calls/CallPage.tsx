import { Link, useParams } from "@tanstack/react-router";
import type { CallDetail } from "../api/types";
import { useOutcomeText } from "../desk/Idle";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { clockOf, fullOf, numberOf, phoneOf, timeOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { CardHead, CardOf, Facts, type Fact } from "../ui/card/Card";
import { useBack } from "../ui/card/useBack";
import { useWords as useCommon } from "../ui/words";
import { useCall } from "./api";
import { DirectionSign, talkOf, usePhoneText } from "./CallTable";
import { MarkPanel } from "./MarkPanel";
import { Recordings } from "./Recordings";
import { SoundPanel } from "./SoundPanel";
import { useWords } from "./words";
import "../journal/journal.css";
import "./calls.css";

/** A call whole: what came of it, its sound, what happened in it, and the mark on the operator's work. */
export function CallPage() {
  const w = useWords();
  const { id } = useParams({ from: "/signed-in/calls/$id" });
  const call = useCall(Number(id) || 0);
  const back = useBack("/calls");
  return (
    <CardOf query={call} never={!(Number(id) > 0)} list="/calls" className="calls" words={w}>
      {(whole) => <Whole call={whole} onBack={back} />}
    </CardOf>
  );
}

function Whole({ call: c, onBack }: { call: CallDetail; onBack: () => void }) {
  const w = useWords();
  const now = useNow();
  const phone = usePhoneText();
  const outcome = useOutcomeText();
  return (
    <div className="calls" data-testid="call">
      <CardHead toList={w.toList} onBack={onBack}>
        <div className="grow">
          <div className="row wrap">
            <DirectionSign call={c} />
            <h1 className="card-title num">{phone(c)}</h1>
            <span className="chip">{outcome(c)}</span>
            {c.is_cut && <span className="chip emg">{w.cut}</span>}
            {c.overflow_at && (
              <span className="chip" title={w.overflowHint}>
                {w.overflow}
              </span>
            )}
          </div>
          <div className="t2 s13">
            {[fullOf(c.started_at, c.zone, now), c.address, c.company_name].filter(Boolean).join(" · ")}
          </div>
        </div>
      </CardHead>
      <div className="card-two">
        <div className="col">
          <Recordings call={c} />
          <MarkPanel call={c} />
        </div>
        <div className="col">
          <CallFacts call={c} />
          <SoundPanel sound={c.sound} />
          <History call={c} />
        </div>
      </div>
    </div>
  );
}

function CallFacts({ call: c }: { call: CallDetail }) {
  const w = useWords();
  const s = useCommon();
  const me = useMe();
  const ticket = c.ticket_number && s.number(numberOf(c.ticket_number));
  const rows: Fact[] = [
    [w.column.address, c.address],
    [
      w.column.ticket,
      ticket && c.ticket_id && may(me, "ticket.read") ? (
        <Link to="/journal/$id" params={{ id: String(c.ticket_id) }}>
          {ticket}
        </Link>
      ) : (
        ticket
      ),
    ],
    [w.notice, c.notice_id && may(me, "notice.read") && <Link to="/notices">{w.toNotices}</Link>],
    [w.subject, c.subject],
    [w.note, c.disposition_note],
    [w.column.wait, c.wait_ms > 0 && clockOf(c.wait_ms)],
    [
      w.overflowAt,
      c.overflow_at &&
        w.overflowAfter(timeOf(c.overflow_at, c.zone), clockOf(Date.parse(c.overflow_at) - Date.parse(c.started_at))),
    ],
    [w.column.talk, talkOf(c) > 0 && clockOf(talkOf(c))],
    [w.column.operator, c.operator?.name],
    [w.employee, c.employee],
    [w.called, c.called && phoneOf(c.called)],
  ];
  return <Facts title={w.facts} rows={rows} valueClass="calls-words" />;
}

function History({ call: c }: { call: CallDetail }) {
  const w = useWords();
  return (
    <Panel title={w.history}>
      <ol className="card-history">
        {c.events.map((e) => (
          <li key={e.seq} className="li">
            <span className="s12 t2 num">{timeOf(e.at, c.zone)}</span>
            <span className="grow">{e.text}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
