import { Skeleton } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { useBack } from "../journal/useBack";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf, momentOf, numberOf, phoneOf } from "../time/format";
import { Empty, Failed, Panel } from "../ui/blocks";
import { kindBar, KindMark } from "../ui/Kind";
import { Late } from "../ui/Late";
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
  if (pair.isError && !pair.data) {
    const gone = pair.error instanceof ApiError && (pair.error.status === 404 || pair.error.status === 422);
    if (gone) return <Empty title={w.missing} action={<Link to="/supplier-requests">{w.toList}</Link>} />;
    return <Failed error={pair.error} title={w.failed} retry={() => void pair.refetch()} />;
  }
  if (!pair.data) {
    return (
      <Late>
        <div className="pairs" aria-busy>
          <Skeleton h={28} w="60%" animate={false} />
          <Skeleton h={160} animate={false} />
        </div>
      </Late>
    );
  }
  return <Whole pair={pair.data} onBack={back} />;
}

function Whole({ pair: p, onBack }: { pair: PairCard; onBack: () => void }) {
  const w = useWords();
  const me = useMe();
  return (
    <div className="pairs">
      <header className="card-head" style={kindBar(p.ticket_kind)}>
        <button type="button" className="bare card-back" aria-label={w.toList} onClick={onBack}>
          <IconChevronLeft size={20} aria-hidden />
        </button>
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
      </header>
      <div className="pairs-card">
        <div className="col">
          {p.to.includes("handed_over") && <HandOverForm key={`hand-${p.version}`} pair={p} />}
          {p.to.length > 0 && p.status !== "new" && <NewsForm key={`news-${p.version}`} pair={p} />}
          <History pair={p} />
        </div>
        <div className="col">
          <Facts pair={p} />
          <Phones pair={p} />
        </div>
      </div>
    </div>
  );
}

function Facts({ pair: p }: { pair: PairCard }) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const now = useNow();
  const rows: [string, React.ReactNode][] = [
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
  return (
    <Panel title={w.card.facts}>
      <dl className="kv">
        {rows.map(
          ([name, value]) =>
            value && (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </Panel>
  );
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
      <ol className="pairs-history">
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
