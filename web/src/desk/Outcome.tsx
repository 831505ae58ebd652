import { Button, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTold } from "../notices/api";
import { Line } from "../notices/Told";
import { useBuilding } from "../request/search";
import { numberOf } from "../time/format";
import { Key, useErrorText } from "../ui/blocks";
import { isTyping, useKeys } from "../ui/keys";
import { KindSign } from "../ui/Kind";
import { useWords as useShared } from "../ui/words";
import { findTicketsQuery } from "./queries";
import type { CallWork } from "./useCallWork";
import { useWords } from "./words";

interface Props {
  work: CallWork;
  companyId: number;
  /** House of the call: its open requests are offered before anything is typed. */
  buildingId: number | null;
  /** The house named, or the one the number is known by: its notices are offered. */
  knownId?: number | null;
  onClose(): void;
}

type Step = "menu" | "linked" | "notice" | "consultation";

/**
 * How a call ends that makes no request: one key each (C4). Lies over nothing: it takes the place of the form.
 * The digits are those of the design for good: 5 (a message) is kept for what it will mean.
 */
export function Outcome({ work, companyId, buildingId, knownId = null, onClose }: Props) {
  const w = useWords();
  const errorText = useErrorText();
  const [step, setStep] = useState<Step>("menu");
  const wrong = () => void work.dispose({ kind: "wrong_number" }).then((ok) => ok && onClose());
  const prank = () => void work.dispose({ kind: "prank" }).then((ok) => ok && onClose());
  const back = () => (step === "menu" ? onClose() : setStep("menu"));
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (step === "menu") root.current?.focus();
  }, [step]);
  const told = useTold(companyId, buildingId ?? knownId).data?.items.filter((n) => n.state !== "planned") ?? [];
  const join = (id: number) => void work.dispose({ kind: "notice", notice_id: id }).then((ok) => ok && onClose());
  // One notice is joined at once; of several a person chooses.
  const only = told.filter((n) => !n.over_at);
  const notice = () => (only.length === 1 && only[0] ? join(only[0].id) : told.length > 0 && setStep("notice"));
  useKeys(
    {
      Digit1: () => setStep("linked"),
      Digit2: () => void notice(),
      Digit3: () => setStep("consultation"),
      Digit4: wrong,
      Digit6: prank,
    },
    step === "menu",
  );
  useKeys({ Escape: back });
  return (
    <div
      className="pane work"
      data-testid="outcome"
      role="group"
      aria-label={w.outcome.title}
      tabIndex={-1}
      ref={root}
      onKeyDown={(e) => {
        // While a person types, Esc is heard only here.
        if (e.key === "Escape" && isTyping(e.target)) back();
      }}
    >
      <h1 className="form-title">{w.outcome.title}</h1>
      {step === "menu" && (
        <div className="big-keys">
          <BigKey
            n={1}
            name="linked"
            title={w.outcome.linked}
            text={w.outcome.linkedText}
            onClick={() => setStep("linked")}
          />
          {told.length > 0 && (
            <BigKey
              n={2}
              name="notice"
              title={w.outcome.notice}
              text={only.length === 1 && only[0] ? only[0].text : w.outcome.noticeText}
              onClick={() => void notice()}
            />
          )}
          <BigKey
            n={3}
            name="consultation"
            title={w.outcome.consultation}
            text={w.outcome.consultationText}
            onClick={() => setStep("consultation")}
          />
          <BigKey n={4} name="wrong_number" title={w.outcome.wrong} text={w.outcome.wrongText} onClick={wrong} />
          <BigKey n={6} name="prank" title={w.outcome.prank} text={w.outcome.prankText} onClick={prank} />
        </div>
      )}
      {step === "linked" && <FindTicket work={work} companyId={companyId} buildingId={buildingId} onDone={onClose} />}
      {step === "notice" && told.map((n) => <Line key={n.id} n={n} onLink={(x) => join(x.id)} />)}
      {step === "consultation" && <Consultation work={work} onDone={onClose} />}
      {work.work.error && (
        <div className="s13 k-emg" role="alert">
          {errorText(work.work.error)}
        </div>
      )}
      <div>
        <Button variant="default" onClick={back} rightSection={<Key>Esc</Key>}>
          {step === "menu" ? w.outcome.back : w.outcome.menu}
        </Button>
      </div>
    </div>
  );
}

interface BigKeyProps {
  n: number;
  name: string;
  title: string;
  text: string;
  onClick(): void;
}

function BigKey({ n, name, title, text, onClick }: BigKeyProps) {
  return (
    <Button
      variant="default"
      h={52}
      justify="flex-start"
      data-testid={`dispose-${name}`}
      leftSection={<Key>{n}</Key>}
      onClick={onClick}
    >
      <span className="two-lines">
        <span className="b">{title}</span>
        <span className="s12">{text}</span>
      </span>
    </Button>
  );
}

interface FindProps {
  work: CallWork;
  companyId: number;
  buildingId: number | null;
  onDone(): void;
}

function FindTicket({ work, companyId, buildingId, onDone }: FindProps) {
  const w = useWords();
  const s = useShared();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 150);
  const { data } = useQuery(findTicketsQuery(q, companyId));
  const house = useBuilding(buildingId).data;
  const { place } = work.work.draft.form;
  const near = (house?.open_tickets ?? [])
    .map((t) => ({ ...t, address: t.unit ? s.unitShort(t.unit) : s.wholeHouse }))
    .sort((a, b) => Number(b.unit === place?.unit) - Number(a.unit === place?.unit))
    .slice(0, 6);
  const typing = q.trim().length > 1;
  const items = typing ? (data?.items ?? []) : near;
  const link = (id: number) => void work.dispose({ kind: "linked", ticket_id: id }).then((ok) => ok && onDone());
  return (
    <div className="col">
      <TextInput
        autoFocus
        label={w.outcome.number}
        placeholder={w.outcome.find}
        data-testid="link-search"
        value={typed}
        onChange={(e) => setTyped(e.currentTarget.value)}
      />
      {!typing && near.length > 0 && <div className="sect">{w.side.house}</div>}
      {typing && data && items.length === 0 && <div className="quiet">{w.outcome.notFound}</div>}
      {items.map((t) => (
        <div className="row found" key={t.id}>
          <KindSign kind={t.kind} />
          <span className="b nw">{s.number(numberOf(t.number))}</span>
          <span className="grow ell">
            {t.reason_name} · {t.address} · {s.status[t.status].toLowerCase()}
          </span>
          <Button size="compact-sm" variant="default" data-testid={`link-to-${t.id}`} onClick={() => link(t.id)}>
            {w.form.link}
          </Button>
        </div>
      ))}
    </div>
  );
}

function Consultation({ work, onDone }: { work: CallWork; onDone: () => void }) {
  const w = useWords();
  const [note, setNote] = useState(work.work.draft.form.description);
  const send = () =>
    void work
      .dispose({
        kind: "consultation",
        note: note.trim(),
        ...(work.work.draft.form.reason ? { reason_id: work.work.draft.form.reason.id } : {}),
      })
      .then((ok) => ok && onDone());
  useKeys({ "ctrl+Enter": send });
  return (
    <div className="col">
      <Textarea
        autoFocus
        label={w.outcome.note}
        minRows={2}
        maxLength={1000}
        data-testid="consultation-note"
        value={note}
        onChange={(e) => setNote(e.currentTarget.value)}
      />
      <div>
        <Button className="btn-primary" data-testid="dispose-send" rightSection={<Key>{w.keySave}</Key>} onClick={send}>
          {w.job.send}
        </Button>
      </div>
    </div>
  );
}
