import { Button, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { CallDetail } from "../api/types";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useAnswer, useAppeal, useRate } from "./api";
import type { Mark } from "./search";
import { useWords } from "./words";

const NOTES = [1, 2, 3, 4, 5] as const;
const BAD = 2;

/** The mark as a figure with a sign and words for who does not see its colour. */
export function MarkSign({ mark: m }: { mark: Mark }) {
  const w = useWords();
  const isOpen = m.status === "open";
  const tone = m.finding === "dismissed" ? "chip" : m.mark <= BAD ? "chip emg" : "chip";
  return (
    <span className={tone} title={isOpen ? w.mark.open : w.mark.of(m.mark)} aria-label={w.mark.of(m.mark)}>
      {m.finding === "dismissed" ? <s>{m.mark}</s> : m.mark} ★{isOpen && " !"}
    </span>
  );
}

/** The company's mark on our operator's work and what came of it (L2). */
export function MarkPanel({ call: c }: { call: CallDetail }) {
  const w = useWords();
  const me = useMe();
  const mayRate = may(me, "call.mark") && c.operator !== null && c.mark?.status !== "answered";
  if (!c.mark && !mayRate) return null;
  return (
    <Panel title={w.mark.title}>
      <div className="col">
        {c.mark && <Told mark={c.mark} zone={c.zone} />}
        {mayRate && <RateForm key={c.mark?.version ?? 0} call={c} />}
        {c.mark?.can.includes("appeal") && <AppealForm call={c} />}
        {c.mark?.can.includes("answer") && <AnswerForm call={c} mark={c.mark} />}
      </div>
    </Panel>
  );
}

function Told({ mark: m, zone }: { mark: Mark; zone: string }) {
  const w = useWords();
  const now = useNow();
  const said = (who: string, at: string | null, text: string) => (
    <li className="li">
      <div className="grow">
        <div className="calls-words">{text}</div>
        <div className="s12 t2">
          {who}
          {at && ` · ${fullOf(at, zone, now)}`}
        </div>
      </div>
    </li>
  );
  return (
    <>
      <div className="row wrap">
        <MarkSign mark={m} />
        <span className="s13 t2">{m.finding ? w.mark.finding[m.finding] : w.mark.status[m.status]}</span>
      </div>
      <ol className="calls-history">
        {said(m.by_name, m.at, m.comment || w.mark.of(m.mark))}
        {m.appeal && said(w.mark.operatorSays, m.appealed_at, m.appeal)}
        {m.answer && said(w.mark.centreSays(m.answered_by), m.answered_at, m.answer)}
      </ol>
    </>
  );
}

function RateForm({ call: c }: { call: CallDetail }) {
  const w = useWords().mark;
  const send = useRate(c.id);
  const refusal = useRefusal(send.error);
  const said = useSaid();
  const [mark, setMark] = useState<number | null>(c.mark?.mark ?? null);
  const [text, setText] = useState(c.mark?.comment ?? "");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (mark === null) return;
    const body = { mark, comment: text.trim(), version: c.mark?.version ?? 0 };
    send.mutate(body, { onSuccess: () => said(mark <= BAD ? w.sentCase : w.sent) });
  };
  return (
    <form className="col" onSubmit={submit}>
      <div className="row wrap" role="radiogroup" aria-label={w.choose}>
        {NOTES.map((n) => (
          <button
            key={n}
            type="button"
            role="radio"
            aria-checked={n === mark}
            aria-label={w.of(n)}
            className={n === mark ? "chip acc press calls-note" : "chip press calls-note"}
            onClick={() => setMark(n)}
          >
            {n}
          </button>
        ))}
        {mark !== null && <span className="s13 t2">{w.words[mark as (typeof NOTES)[number]]}</span>}
      </div>
      <Textarea
        label={w.comment}
        description={mark !== null && mark <= BAD ? w.badHint : undefined}
        minRows={2}
        maxLength={2000}
        value={text}
        error={refusal.at("comment")}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      <Rest of={refusal} />
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button type="submit" disabled={mark === null} loading={send.isPending}>
          {c.mark ? w.change : w.go}
        </Button>
      </div>
    </form>
  );
}

function AppealForm({ call: c }: { call: CallDetail }) {
  const w = useWords().mark;
  const send = useAppeal(c.id);
  const refusal = useRefusal(send.error);
  const said = useSaid();
  const [text, setText] = useState("");
  return (
    <form
      className="col"
      onSubmit={(e) => {
        e.preventDefault();
        send.mutate(text.trim(), { onSuccess: () => said(w.appealed) });
      }}
    >
      <Textarea
        label={w.appeal}
        description={w.appealHint}
        minRows={2}
        maxLength={2000}
        value={text}
        error={refusal.at("text")}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      <Rest of={refusal} />
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button type="submit" variant="default" loading={send.isPending}>
          {w.appealGo}
        </Button>
      </div>
    </form>
  );
}

/** The lead's: the version he has read goes along, so an objection that came meanwhile is not passed over. */
function AnswerForm({ call: c, mark: m }: { call: CallDetail; mark: Mark }) {
  const w = useWords().mark;
  const send = useAnswer(c.id);
  const refusal = useRefusal(send.error);
  const said = useSaid();
  const [text, setText] = useState("");
  const answer = (finding: "upheld" | "dismissed") =>
    send.mutate({ finding, text: text.trim(), version: m.version }, { onSuccess: () => said(w.answered) });
  return (
    <form className="col" onSubmit={(e) => e.preventDefault()}>
      <Textarea
        label={w.answer}
        description={w.answerHint}
        minRows={3}
        maxLength={2000}
        value={text}
        error={refusal.at("text")}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      <Rest of={refusal} />
      <div className="row wrap" style={{ justifyContent: "flex-end" }}>
        <Button variant="default" loading={send.isPending} onClick={() => answer("dismissed")}>
          {w.dismiss}
        </Button>
        <Button className="btn-primary" loading={send.isPending} onClick={() => answer("upheld")}>
          {w.uphold}
        </Button>
      </div>
    </form>
  );
}
