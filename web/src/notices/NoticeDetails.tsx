import { Button, Checkbox, Skeleton, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentIn, momentOf, numberOf } from "../time/format";
import { Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, useSaid } from "../ui/settings";
import { useCancelNotice, useEnd, useNotice, useProlong, useTie, type Notice, type NoticeCard } from "./api";
import { Callers } from "./Callers";
import { Moment, NoticeForm, split } from "./NoticeForm";
import { useWords } from "./words";

type Step = "view" | "change" | "prolong" | "end" | "cancel";

/** A notice with what may be done with it, the requests of its houses and its history. */
export function NoticeDetails({ id }: { id: number }) {
  const w = useWords();
  const query = useNotice(id);
  if (query.isError && !query.data)
    return <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Late>
        <Skeleton h={200} animate={false} />
      </Late>
    );
  }
  return <Details key={id} card={query.data} />;
}

function Details({ card: n }: { card: NoticeCard }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const [step, setStep] = useState<Step>("view");
  const back = () => setStep("view");
  const closed = n.state === "ended" || n.state === "cancelled";
  const open = closed && n.events.some((e) => e.kind === "ended" || e.kind === "cancelled") ? false : true;
  const writes = may(me, "notice.write") && open;
  return (
    <div className="col" data-testid="notice-details">
      <div className="b lead">{n.text}</div>
      <Facts n={n} />
      {writes && step === "view" && (
        <div className="row wrap">
          {n.state !== "planned" && (
            <Button className="btn-primary" data-testid="notice-end" onClick={() => setStep("end")}>
              {w.end}
            </Button>
          )}
          <Button variant="default" onClick={() => setStep("prolong")}>
            {w.prolong}
          </Button>
          <Button variant="default" onClick={() => setStep("change")}>
            {w.change}
          </Button>
          <Button variant="default" onClick={() => setStep("cancel")}>
            {w.cancel}
          </Button>
        </div>
      )}
      {step === "change" && <NoticeForm company={n.company_id} zone={n.zone} was={n} onDone={back} />}
      {step === "prolong" && <Prolong n={n} onDone={back} />}
      {step === "end" && <End n={n} onDone={back} />}
      {step === "cancel" && <Cancel n={n} onDone={back} />}
      {step === "view" && (
        <>
          <Callers n={n} />
          <Tickets n={n} writes={writes} />
          <Panel title={w.history}>
            {n.events.map((e) => (
              <div className="li" key={`${e.at}${e.kind}`}>
                <div className="grow">
                  <div className="s13">
                    <span className="b">{w.events[e.kind]}</span> {e.text}
                  </div>
                  <div className="s12 t2">
                    {momentOf(e.at, n.zone, now)} · {e.actor}
                  </div>
                </div>
              </div>
            ))}
          </Panel>
        </>
      )}
    </div>
  );
}

/** Where, since when, till when, how many called. */
export function Facts({ n }: { n: Notice }) {
  const w = useWords();
  const now = useNow();
  const facts = [
    n.where || w.whole,
    n.reason,
    n.over_at
      ? w.overAt(momentOf(n.over_at, n.zone, now))
      : `${w.fromAt(momentOf(n.starts_at, n.zone, now))} ${w.tillAt(momentOf(n.ends_at, n.zone, now))}`,
    n.calls > 0 && w.calls(n.calls),
    !n.is_voiced && w.silent,
  ].filter(Boolean);
  return (
    <div className="s13 t2">
      {facts.join(" · ")} {n.after > 0 && <span className="k-emg b">· {w.after(n.after)}</span>}
    </div>
  );
}

function Tickets({ n, writes }: { n: NoticeCard; writes: boolean }) {
  const w = useWords();
  const said = useSaid();
  const tie = useTie(n);
  const [chosen, setChosen] = useState<number[]>([]);
  const flip = (id: number, on: boolean) => setChosen((was) => (on ? [...was, id] : was.filter((x) => x !== id)));
  return (
    <Panel title={w.tickets} right={<span className="cnt">{n.tickets.length}</span>}>
      {n.tickets.length === 0 && <div className="quiet">{w.ticketsNone}</div>}
      {n.tickets.map((t) => (
        <div className="row li" key={t.id}>
          {writes && !t.is_tied && (
            <Checkbox
              aria-label={`${t.reason}, ${t.address}`}
              checked={chosen.includes(t.id)}
              onChange={(e) => flip(t.id, e.currentTarget.checked)}
            />
          )}
          <Link to="/journal/$id" params={{ id: String(t.id) }} className="grow ell">
            № {numberOf(t.number)} · {t.reason}
          </Link>
          <span className="s12 t2 ell">{t.address}</span>
          {t.is_tied && <span className="chip">{w.tied}</span>}
        </div>
      ))}
      <Refused error={tie.error} />
      {writes && chosen.length > 0 && (
        <Button
          size="xs"
          variant="default"
          loading={tie.isPending}
          onClick={() =>
            tie.mutate(chosen, {
              onSuccess: () => {
                setChosen([]);
                said(w.tiedSaid);
              },
            })
          }
        >
          {w.tie}
        </Button>
      )}
    </Panel>
  );
}

interface StepProps {
  n: NoticeCard;
  onDone(): void;
}

function Buttons({ label, busy, go, onDone }: { label: string; busy: boolean; go: () => void; onDone: () => void }) {
  const w = useWords();
  return (
    <div className="row wrap">
      <Button className="btn-primary" loading={busy} onClick={go} data-testid="notice-go">
        {label}
      </Button>
      <Button variant="default" onClick={onDone}>
        {w.back}
      </Button>
    </div>
  );
}

function Prolong({ n, onDone }: StepProps) {
  const w = useWords();
  const said = useSaid();
  const prolong = useProlong(n);
  const [till, setTill] = useState(() => split(Date.parse(n.ends_at) + 2 * 3600_000, n.zone));
  const go = () =>
    prolong.mutate(momentIn(n.zone, till.date, till.time), {
      onSuccess: () => {
        said(w.prolonged);
        onDone();
      },
    });
  return (
    <>
      <Moment label={w.till} value={till} onChange={setTill} />
      <Refused error={prolong.error} />
      <Buttons label={w.prolongIt} busy={prolong.isPending} go={go} onDone={onDone} />
    </>
  );
}

function End({ n, onDone }: StepProps) {
  const w = useWords();
  const said = useSaid();
  const end = useEnd(n);
  const tied = n.tickets.filter((t) => t.is_tied && t.is_open);
  const [done, setDone] = useState<number[]>([]);
  const go = () =>
    end.mutate(done, {
      onSuccess: () => {
        said(w.ended);
        onDone();
      },
    });
  return (
    <>
      <Note>{tied.length > 0 ? w.endAsk : w.endNone}</Note>
      {tied.map((t) => (
        <Checkbox
          key={t.id}
          label={`№ ${numberOf(t.number)} · ${t.reason} · ${t.address}`}
          checked={done.includes(t.id)}
          onChange={(e) => {
            const on = e.currentTarget.checked;
            setDone((was) => (on ? [...was, t.id] : was.filter((x) => x !== t.id)));
          }}
        />
      ))}
      <Refused error={end.error} />
      <Buttons label={w.endIt} busy={end.isPending} go={go} onDone={onDone} />
    </>
  );
}

function Cancel({ n, onDone }: StepProps) {
  const w = useWords();
  const said = useSaid();
  const cancel = useCancelNotice(n);
  const [why, setWhy] = useState("");
  const go = () =>
    cancel.mutate(why.trim(), {
      onSuccess: () => {
        said(w.cancelled);
        onDone();
      },
    });
  return (
    <>
      <Note tone="plan">{w.cancelAsk}</Note>
      <TextInput label={w.why} maxLength={200} value={why} onChange={(e) => setWhy(e.currentTarget.value)} />
      <Refused error={cancel.error} />
      <Buttons label={w.cancelIt} busy={cancel.isPending} go={go} onDone={onDone} />
    </>
  );
}
