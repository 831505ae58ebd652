import { Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link, useParams } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import type { TicketCard } from "../api/types";
import { FilesPanel } from "../files/FilesPanel";
import { PairPanel } from "../supplierTickets/PairPanel";
import { useWords as useOffline } from "../offline/words";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf, numberOf } from "../time/format";
import { Empty, Failed, Hints, Panel } from "../ui/blocks";
import { KindMark, kindBar } from "../ui/Kind";
import { Late } from "../ui/Late";
import { useWords as useCommon } from "../ui/words";
import { Actions } from "./Actions";
import { useTicket } from "./api";
import { Joins, Outages, Prices, Supplier } from "./Besides";
import { AskResident } from "./AskResident";
import { CallResident } from "./CallResident";
import { Takers } from "./Takers";
import { CommentBox } from "./CommentBox";
import { Facts, Tasks } from "./Facts";
import { Labels } from "./Labels";
import { Ladder } from "./Ladder";
import { PassedOn } from "./PassedOn";
import { PhoneTicket } from "./PhoneTicket";
import { Print } from "./Print";
import { Terms } from "./Terms";
import { Timeline } from "./Timeline";
import { CardHead } from "../ui/card/Card";
import { useBack } from "../ui/card/useBack";
import { Works } from "./Works";
import { useWords } from "./words";
import "./journal.css";

/** A request whole: at a desk in three parts, on a phone with its actions under the thumb. */
export function TicketPage() {
  const w = useWords();
  const { id } = useParams({ from: "/signed-in/journal/$id" });
  const o = useOffline();
  const number = Number(id);
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const ticket = useTicket(number);
  const back = useBack();
  if (ticket.error instanceof ApiError && ticket.error.code === "ticket.passed")
    return <PassedOn id={number} said={ticket.error.message} />;
  if (ticket.isError && !ticket.data) {
    const gone = ticket.error instanceof ApiError && (ticket.error.status === 404 || ticket.error.status === 422);
    if (gone) return <Empty title={w.card.missing} action={<Link to="/journal">{w.card.toList}</Link>} />;
    return <Failed error={ticket.error} title={w.card.failed} retry={() => void ticket.refetch()} />;
  }
  if (!ticket.data && ticket.fetchStatus === "paused") return <Empty title={o.away}>{o.awayMore}</Empty>;
  if (!ticket.data) {
    return (
      <Late>
        <CardSkeleton />
      </Late>
    );
  }
  return narrow ? (
    <PhoneTicket ticket={ticket.data} onBack={back} />
  ) : (
    <DeskTicket ticket={ticket.data} onBack={back} />
  );
}

function DeskTicket({ ticket: t, onBack }: { ticket: TicketCard; onBack: () => void }) {
  const w = useWords();
  return (
    <>
      <Head ticket={t} onBack={onBack} />
      <div className="card-cols">
        <section className="card-line">
          <Timeline ticketId={t.id} zone={t.zone} />
          {t.can.includes("comment") && <CommentBox key={t.id} ticketId={t.id} />}
        </section>
        <aside className="pane">
          <Takers ticketId={t.id} zone={t.zone} />
          {t.escalation && <Ladder ticket={t} escalation={t.escalation} />}
          <Terms ticket={t} />
          <Works ticket={t} />
          <Facts ticket={t} />
          <Labels ticket={t} />
          <FilesPanel subject="ticket" of={t.id} zone={t.zone} />
          <Joins ticket={t} />
          <Prices ticket={t} />
          <PairPanel ticket={t} />
          <Supplier supplier={t.supplier} />
          <Tasks ticket={t} />
          <CallResident ticket={t} />
          <AskResident key={`ask-${t.id}`} ticket={t} />
          <Outages ticket={t} />
          {t.told_caller && <Panel title={w.card.told}>{t.told_caller}</Panel>}
        </aside>
      </div>
      <Hints items={[["Esc", w.hint.back]]} />
    </>
  );
}

function Head({ ticket: t, onBack }: { ticket: TicketCard; onBack: () => void }) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const now = useNow();
  const where = [t.entrance > 0 && w.card.entrance(t.entrance), t.floor !== 0 && w.card.floor(t.floor)].filter(Boolean);
  return (
    <CardHead toList={w.card.toList} onBack={onBack} style={kindBar(t.kind)}>
      <div className="grow">
        <div className="row wrap">
          <KindMark kind={t.kind} />
          <h1 className="card-title">
            {c.number(numberOf(t.number))} · {t.reason_name}
          </h1>
          <span className={t.overdue ? "chip emg" : "chip acc"}>{c.status[t.status]}</span>
        </div>
        <div className="row wrap t2 s13" style={{ gap: "2px 16px" }}>
          <span className="t1">
            {t.address}
            {where.length > 0 && <span className="t2"> · {where.join(", ")}</span>}
          </span>
          {me.kind !== "company" && <span>{t.company_name}</span>}
          <span>{w.card.created(fullOf(t.created_at, t.zone, now), c.source[t.source])}</span>
        </div>
      </div>
      <Print id={t.id} />
      <Actions ticket={t} />
    </CardHead>
  );
}

function CardSkeleton() {
  return (
    <div className="card-cols" aria-busy>
      <div className="col" style={{ padding: 16 }}>
        <Skeleton h={28} w="60%" animate={false} />
        {[70, 50, 80, 60].map((p) => (
          <Skeleton key={p} h={18} w={`${p}%`} animate={false} />
        ))}
      </div>
      <div className="pane wide-only">
        <Skeleton h={160} animate={false} />
        <Skeleton h={110} animate={false} />
      </div>
    </div>
  );
}
