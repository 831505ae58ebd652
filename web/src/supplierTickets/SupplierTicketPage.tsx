import { Link, useParams } from "@tanstack/react-router";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf, momentOf, numberOf, phoneOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { CardHead, CardOf, Facts, type Fact } from "../ui/card/Card";
import { useBack } from "../ui/card/useBack";
import { kindBar, KindMark } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { usePair, type PairCard } from "./api";
import { HandOverForm, NewsForm } from "./Forms";
import { HourX } from "./SupplierTicketsPage";
import { useWords } from "./words";
import "./pairs.css";

/** A supplier's request whole: what it stands on, how they are reached, what was heard, and what to write down. */
export function SupplierTicketPage() {
  const w = useWords();
  const { id } = useParams({ from: "/signed-in/supplier-requests/$id" });
  const pair = usePair(Number(id));
  const back = useBack("/supplier-requests");
  return (
    <CardOf query={pair} list="/supplier-requests" className="pairs" words={w}>
      {(whole) => <Whole pair={whole} onBack={back} />}
    </CardOf>
  );
}

function Whole({ pair: p, onBack }: { pair: PairCard; onBack: () => void }) {
  const w = useWords();
  const me = useMe();
  return (
    <div className="pairs">
      <CardHead toList={w.toList} onBack={onBack} style={kindBar(p.ticket_kind)}>
        <div className="grow">
          <div className="row wrap">
            <KindMark kind={p.ticket_kind} />
            <h1 className="card-title">
              {w.card.of(numberOf(p.number))} · {p.supplier_name}
            </h1>
            <span className="chip acc">{w.status[p.status]}</span>
            <HourX pair={p} />
          </div>
          <div className="t2 s13">
            {p.address} · {p.reason_name}
            {me.kind !== "company" && ` · ${p.company_name}`}
          </div>
        </div>
      </CardHead>
      <div className="card-two">
        <div className="col">
          {p.to.includes("handed_over") && <HandOverForm key={`hand-${p.version}`} pair={p} />}
          {p.to.length > 0 && p.status !== "new" && <NewsForm key={`news-${p.version}`} pair={p} />}
          <History pair={p} />
        </div>
        <div className="col">
          <PairFacts pair={p} />
          <Phones pair={p} />
        </div>
      </div>
    </div>
  );
}

function PairFacts({ pair: p }: { pair: PairCard }) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const now = useNow();
  const rows: Fact[] = [
    [
      w.card.ordinary,
      <>
        {may(me, "ticket.read") ? (
          <Link to="/journal/$id" params={{ id: String(p.ticket_id) }}>
            {c.number(numberOf(p.number))}
          </Link>
        ) : (
          c.number(numberOf(p.number))
        )}
        , {w.card.ordinaryIs(c.status[p.ticket_status])}
      </>,
    ],
    [w.card.theirs, p.their_number || <span className="t3">{w.card.noTheirs}</span>],
    [
      w.card.handed,
      p.handed_over_at &&
        [fullOf(p.handed_over_at, p.zone, now), p.handed_to && w.card.handedTo(p.handed_to)].filter(Boolean).join(", "),
    ],
    [w.card.x, p.followup_at && momentOf(p.followup_at, p.zone, now)],
    [w.card.news, p.news],
  ];
  return <Facts title={w.card.facts} rows={rows} />;
}

function Phones({ pair: p }: { pair: PairCard }) {
  const w = useWords();
  if (p.phones.length === 0) return null;
  return (
    <Panel title={w.card.phones}>
      <div className="col s13" style={{ gap: 4 }}>
        {p.phones.map((x) => (
          <div key={x.phone + x.note}>
            <a className="tel" href={`tel:${x.phone}`}>
              {phoneOf(x.phone)}
            </a>
            <span className="t2"> {[x.note, x.hours !== p.hours && x.hours].filter(Boolean).join(", ")}</span>
          </div>
        ))}
        {p.hours && <div className="t2">{p.hours}</div>}
      </div>
    </Panel>
  );
}

function History({ pair: p }: { pair: PairCard }) {
  const w = useWords();
  const now = useNow();
  return (
    <Panel title={w.card.history}>
      <ol className="card-history">
        {p.events.map((e, i) => (
          <li key={i} className="li">
            <div className="grow">
              {e.text}
              <div className="s12 t2">
                {fullOf(e.at, p.zone, now)} · {e.by}
              </div>
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
