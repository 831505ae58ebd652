import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconCamera,
  IconCheck,
  IconChevronLeft,
  IconClock,
  IconListCheck,
  IconPhone,
  IconPlayerPlay,
  type Icon,
} from "@tabler/icons-react";
import { useRef, useState } from "react";
import type { TicketCard } from "../api/types";
import { FilesPanel } from "../files/FilesPanel";
import { after } from "../offline/deed";
import { useDeeds, useLater } from "../offline/useOutbox";
import { WaitingOf } from "../offline/Waiting";
import { useWords as useOffline } from "../offline/words";
import { useBuilding } from "../request/search";
import { may, useMe } from "../session/session";
import { useLang } from "../i18n/i18n";
import { PairPanel } from "../supplierTickets/PairPanel";
import { useNow } from "../time/clock";
import { momentOf, numberOf, remainsOf } from "../time/format";
import { Note } from "../ui/blocks";
import { KindMark, kindBar } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { useActions, type Later } from "./Actions";
import { Joins, Outages, Prices, Supplier } from "./Besides";
import { AskResident } from "./AskResident";
import { CallResident } from "./CallResident";
import { Takers } from "./Takers";
import { CommentBox } from "./CommentBox";
import { limitOf } from "./deadline";
import { Facts } from "./Facts";
import { Ladder } from "./Ladder";
import { places, sorts, thumbsOf, type Asking, type AtOnce } from "./moves";
import { Terms } from "./Terms";
import { Timeline } from "./Timeline";
import { Works } from "./Works";
import { useWords } from "./words";

const icons: Partial<Record<Asking | AtOnce, Icon>> = { accept: IconCheck, start: IconPlayerPlay, done: IconListCheck };

/** A request on a phone: address first, actions at the bottom; the main one keeps its place while its word changes. */
export function PhoneTicket({ ticket, onBack }: { ticket: TicketCard; onBack: () => void }) {
  const deeds = useDeeds(ticket.id);
  const t = after(ticket, deeds);
  const later = useLater(ticket);
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const [writing, setWriting] = useState(false);
  const { run, dialog, busy } = useActions(t, later);
  const { main, rest: all } = thumbsOf(t);
  const rest = all.filter((a) => !sorts(a) && !places(a));
  const mayWrite = t.can.includes("comment");
  const MainIcon = main && !sorts(main) && !places(main) && icons[main];
  const isTel = /^\+\d{10,}$/.test(t.caller_phone);
  return (
    <div className="ph-app">
      <div className="ph-top row">
        <button type="button" className="bare ph-back" aria-label={w.phone.back} onClick={onBack}>
          <IconChevronLeft size={24} aria-hidden />
        </button>
        <h1 className="b grow" style={{ fontSize: 16 }}>
          {c.number(numberOf(t.number))} · {c.status[t.status].toLowerCase()}
        </h1>
        <KindMark kind={t.kind} />
      </div>
      <div className="ph-body">
        <WaitingOf ticket={t.id} />
        <LimitNote ticket={t} />
        <Place ticket={t} />
        <CallResident ticket={t} big />
        {isTel && (
          <Button
            component="a"
            href={`tel:${t.caller_phone}`}
            variant="default"
            h={48}
            fz={16}
            leftSection={<IconPhone size={20} />}
            style={{ flex: "none" }}
          >
            {w.phone.call}
          </Button>
        )}
        {t.escalation && may(me, "ticket.assign") && <Ladder ticket={t} escalation={t.escalation} />}
        <Terms ticket={t} />
        <Works ticket={t} />
        <Facts ticket={t} />
        <FilesPanel subject="ticket" of={t.id} zone={t.zone} />
        <Joins ticket={t} />
        <Outages ticket={t} />
        <Prices ticket={t} />
        <PairPanel ticket={t} />
        <Supplier supplier={t.supplier} />
        <section className="panel ph-line">
          <Timeline ticketId={t.id} zone={t.zone} />
        </section>
        {all.filter(sorts).map((a) => (
          <Button
            key={a}
            variant="subtle"
            h={44}
            fz={16}
            style={{ flex: "none" }}
            disabled={busy}
            onClick={() => run(a)}
          >
            {c.action[a]}
          </Button>
        ))}
        {t.can.includes("comment") &&
          (writing ? (
            <CommentBox ticketId={t.id} big later={later} />
          ) : (
            <Button variant="subtle" h={44} fz={16} style={{ flex: "none" }} onClick={() => setWriting(true)}>
              {w.phone.comment}
            </Button>
          ))}
        <AskResident ticket={t} />
        <Takers ticketId={t.id} zone={t.zone} />
      </div>
      {(main || mayWrite) && (
        <div className="ph-act">
          {main && (
            <Button
              h={60}
              fz={20}
              loading={busy}
              leftSection={MainIcon ? <MainIcon size={26} /> : null}
              onClick={() => run(main)}
            >
              {c.action[main]}
            </Button>
          )}
          {(rest.length > 0 || mayWrite) && (
            <div className="ph-rest">
              {mayWrite && <Photo later={later} />}
              {rest.map((a) => (
                <Button
                  key={a}
                  h={52}
                  fz={16}
                  px={8}
                  variant={a === "cancel" || a === "refuse" ? "subtle" : "default"}
                  disabled={busy}
                  onClick={() => run(a)}
                >
                  {c.action[a]}
                </Button>
              ))}
            </div>
          )}
        </div>
      )}
      {dialog}
    </div>
  );
}

/** A photo by the camera, sent now or when there is a network. */
function Photo({ later }: { later: Later }) {
  const o = useOffline();
  const field = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    await later({ verb: "photo", file, name: file.name }).catch(() =>
      notifications.show({ message: o.full, color: "red" }),
    );
  };
  return (
    <>
      <Button
        h={52}
        fz={16}
        px={8}
        variant="default"
        leftSection={<IconCamera size={22} />}
        onClick={() => field.current?.click()}
      >
        {o.photo}
      </Button>
      <input
        ref={field}
        type="file"
        hidden
        accept="image/jpeg,image/png,image/webp"
        capture="environment"
        onChange={(e) => {
          void take(e.currentTarget.files?.[0]);
          e.currentTarget.value = ""; // the same photo again is a choice too
        }}
      />
    </>
  );
}

/** What runs out, and what happens then. */
function LimitNote({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const lang = useLang();
  const me = useMe();
  const now = useNow();
  const limit = limitOf(t, now);
  if (limit.state === "late") {
    return (
      <Note tone="emg">
        <IconClock size={22} style={{ flex: "none", color: "var(--c-emg-text)" }} aria-hidden />
        <span>{w.phone.late(remainsOf(now - limit.since, lang))}</span>
      </Note>
    );
  }
  if (limit.state !== "ahead") return null;
  const deadline = t.escalation?.deadline ? Date.parse(t.escalation.deadline) : null;
  // Said to who is rung; who leads the company sees the limit.
  const isMine = me.member_id !== null && t.status === "new" && t.can.includes("accept");
  const next = t.escalation?.levels.find((l) => l.level === (t.escalation?.level ?? 0) + 1);
  if (isMine && deadline !== null && deadline > now) {
    const left = remainsOf(deadline - now, lang);
    return (
      <Note tone="emg">
        <IconClock size={22} style={{ flex: "none", color: "var(--c-emg-text)" }} aria-hidden />
        <span>{next ? w.phone.answerInThen(left, next.name) : w.phone.answerIn(left)}</span>
      </Note>
    );
  }
  return (
    <Note {...(limit.hot ? { tone: "emg" as const } : {})}>
      <IconClock size={22} style={{ flex: "none" }} aria-hidden />
      <span>
        {w.limit[limit.what](momentOf(limit.at, t.zone, now))}
        {limit.hot && <b> ({remainsOf(limit.at - now, lang)})</b>}
      </span>
    </Note>
  );
}

function Place({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const me = useMe();
  const card = useBuilding(may(me, "building.read") ? t.building_id : null).data;
  const code = card?.door_codes[String(t.entrance)];
  const where = [
    t.entrance > 0 && w.card.entrance(t.entrance),
    t.floor !== 0 && w.card.floor(t.floor),
    typeof code === "string" && code && w.phone.code(code),
  ].filter(Boolean);
  return (
    <div className="pcard" style={kindBar(t.kind)}>
      <div className="b" style={{ fontSize: 20, lineHeight: "26px" }}>
        {t.address}
      </div>
      {where.length > 0 && <div className="t2">{where.join(", ")}</div>}
      <div className="b">{t.reason_name}</div>
      {t.description && <div>{t.description}</div>}
      {t.access_note && <div className="t2">{t.access_note}</div>}
    </div>
  );
}
