import { Button, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, take } from "../api/client";
import type { TaskCard, TaskResult } from "../api/types";
import { useLang } from "../i18n/i18n";
import { Player } from "../player/Player";
import type { CallView } from "../softphone/protocol";
import { useNow } from "../time/clock";
import { Beside } from "../tasks/Beside";
import { MayBe } from "../tasks/MayBe";
import { useWords as useTaskWords } from "../tasks/words";
import { numberOf, phoneOf, remainsOf, timeOf } from "../time/format";
import { Key, Note, Panel, Say, useErrorText } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { KindMark } from "../ui/Kind";
import { useWords as useShared } from "../ui/words";
import { taskQuery } from "./queries";
import { works, type Work } from "./works";
import { useWords } from "./words";

/** Left: why we call, the countdown that rules, whom, and what happens without an answer. */
export function TaskWho({ call, card }: { call: CallView; card: TaskCard | undefined }) {
  const w = useWords();
  return (
    <aside className="pane" aria-label={w.job.why}>
      <div>
        <div className="s12 t2">{w.job.why}</div>
        <div className="b lead">{isStaff(card) ? w.job.staffBack : w.job.reason[call.purpose]}</div>
        <Ruling card={card} />
      </div>
      {card && <MayBe card={card} />}
      {card && (
        <Panel title={w.job.whom}>
          <div className="b">{card.task.member?.name ?? (isStaff(card) ? w.job.someone : w.job.resident)}</div>
          <div className="s13 t2">{card.task.company_name}</div>
          <Numbers card={card} call={call} />
        </Panel>
      )}
      {card?.if_not && (
        <Panel title={w.job.ifNot}>
          <div className="quiet">{card.if_not}</div>
        </Panel>
      )}
    </aside>
  );
}

/** An employee is called back: his own call was refused, so that he pays nothing. */
function isStaff(card: TaskCard | undefined): boolean {
  return card?.task.purpose === "callback" && (card.task.member !== null || card.may_be.length > 0);
}

/** The one countdown of this call: the next level, or the promise to call back. */
function Ruling({ card }: { card: TaskCard | undefined }) {
  const w = useWords();
  const now = useNow();
  const lang = useLang();
  const esc = card?.ticket?.escalation;
  const at = esc?.deadline ?? card?.task.promise_at;
  if (!card || !at) return null;
  const left = Date.parse(at) - now;
  const label = !esc
    ? w.job.untilPromise
    : esc.deadline && esc.level < esc.levels.length
      ? w.job.untilLevel(esc.level + 1)
      : w.job.untilStep;
  if (left <= 0) return <div className="s13 k-emg b">{w.job.stepNow}</div>;
  return (
    <>
      <div className="s13 t2">{label}</div>
      <div className="clock ruling k-emg" aria-hidden>
        {remainsOf(left, lang)}
      </div>
    </>
  );
}

function Numbers({ card, call }: { card: TaskCard; call: CallView }) {
  const w = useWords();
  const s = useShared();
  const live = call.state !== "ended";
  return (
    <table className="tbl one numbers">
      <tbody>
        {card.numbers.map((n) => {
          const now = live && n.phone === call.phone;
          const last = n.dials.at(-1);
          return (
            <tr key={n.phone}>
              <td className={now ? "b" : ""}>{phoneOf(n.phone)}</td>
              <td className={now ? "b" : "t2"}>
                {now ? w.job.dialNow : last ? timeOf(last.at, card.task.zone) : n.bad ? "" : w.job.next}
              </td>
              <td className={now ? "b" : "t2"}>
                {n.bad ? w.job.bad : last && !(now && last.outcome === "") ? s.outcome[last.outcome] : ""}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface PaneProps {
  call: CallView;
  card: TaskCard | undefined;
  work: Work;
  /** The result is asked for: the talk goes on or is over without one. */
  needsResult: boolean;
}

/** Middle: the words, the request in brief, the results as large keys. */
export function TaskPane({ call, card, work, needsResult }: PaneProps) {
  const w = useWords();
  const talk = call.state === "talking" || call.state === "held";
  return (
    <div className="pane work" data-testid="task-pane">
      <div data-testid="greeting">
        <Say label={w.job.words}>{card?.words ?? call.title}</Say>
      </div>
      {card?.message && (
        <Panel title={w.job.message}>
          <Player recordingId={card.message.recording_id} durationMs={card.message.duration_ms} />
        </Panel>
      )}
      {card?.ticket && <Brief card={card} />}
      {card && <Beside card={card} open={talk || needsResult} />}
      <span className="grow" />
      {call.state === "ended" && !needsResult && !work.result && (
        <Note tone="plan">
          {call.outcome === "cancelled"
            ? w.job.cancelled
            : call.outcome === "carrier_failed"
              ? w.job.noLine
              : w.job.noAnswer}
        </Note>
      )}
      {!talk && !needsResult && call.state !== "ended" && <div className="s12 t2">{w.job.closed}</div>}
      <Results call={call} card={card} work={work} open={talk || needsResult} />
    </div>
  );
}

function Brief({ card }: { card: TaskCard }) {
  const w = useWords();
  const now = useNow();
  const lang = useLang();
  const t = card.ticket;
  if (!t) return null;
  const limit = t.localise_by ?? t.accept_by;
  const left = limit ? Date.parse(limit) - now : 0;
  const chip =
    limit &&
    (left <= 0
      ? w.job.late(timeOf(limit, t.zone))
      : t.localise_by
        ? w.job.localiseBy(timeOf(limit, t.zone), remainsOf(left, lang))
        : w.job.acceptBy(timeOf(limit, t.zone), remainsOf(left, lang)));
  const facts: [string, string][] = [
    [
      w.job.address,
      [t.address, t.entrance ? w.who.entrance(t.entrance) : "", t.floor ? w.who.floor(t.floor) : ""]
        .filter(Boolean)
        .join(", "),
    ],
    [w.job.description, t.description],
    [w.job.answers, t.answers.map((a) => a.value).join(" · ")],
    [w.job.access, t.access_note],
    [w.job.contact, t.caller_phone ? phoneOf(t.caller_phone) : ""],
  ];
  return (
    <>
      <div className="row wrap">
        <KindMark kind={t.kind} />
        <span className="b lead">
          {t.reason_name} · № {numberOf(t.number)}
        </span>
        <span className="grow" />
        {chip && <span className="chip emg num">{chip}</span>}
      </div>
      <dl className="kv brief">
        {facts
          .filter(([, v]) => v)
          .map(([k, v]) => (
            <div className="pair" key={k}>
              <dt>{k}</dt>
              <dd>{v}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

/** Results that want words before they are sent. */
/** Who asked for the call waits for the words of the resident. */
const saysAnswer = (kind: TaskResult["kind"], call: CallView) => kind === "answered" && call.purpose === "resident";

const withNote = new Set<TaskResult["kind"]>(["refused", "not_done"]);
const etas = [15, 30, 60, 120];

interface ResultsProps {
  call: CallView;
  card: TaskCard | undefined;
  work: Work;
  open: boolean;
}

/** One key for each result that fits the task; the system writes down busy and no answer itself. */
export function Results({ call, card, work, open }: ResultsProps) {
  const w = useWords();
  const now = useNow();
  const errorText = useErrorText();
  const client = useQueryClient();
  const [asking, setAsking] = useState<TaskResult["kind"] | null>(null);
  const [note, setNote] = useState("");
  const [eta, setEta] = useState(0);
  const [number, setNumber] = useState("");
  const [taken, setTaken] = useState("");
  const [sending, setSending] = useState(false);
  const kinds = card?.results ?? [];
  const active = open && !work.result && !sending;
  const send = async (kind: TaskResult["kind"], words: string, takeBack = false) => {
    setSending(true);
    works.change(call.key, { error: null });
    try {
      const next = await take(
        api.POST("/api/v1/desk/tasks/{id}/result", {
          params: { path: { id: call.task_id } },
          body: {
            kind,
            ...(takeBack ? { take_back: true } : {}),
            ...(words.trim() ? { note: words.trim() } : {}),
            ...(number.trim() ? { their_number: number.trim() } : {}),
            ...(taken.trim() ? { handed_to: taken.trim() } : {}),
            ...(eta && (kind === "accepted" || kind === "in_progress")
              ? { eta: new Date(now + eta * 60_000).toISOString() }
              : {}),
          },
        }),
      );
      client.setQueryData(taskQuery(call.task_id).queryKey, next);
      works.change(call.key, { result: kind, notice: next.remark });
      setAsking(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Somebody closed the task meanwhile: there is nothing more to say about it.
      if (error.code === "task.over") works.change(call.key, { result: kind, notice: error.message });
      else works.change(call.key, { error });
    } finally {
      setSending(false);
    }
  };
  const choose = (kind: TaskResult["kind"]) => {
    if (withNote.has(kind) || saysAnswer(kind, call)) setAsking(kind);
    else void send(kind, note);
  };
  useKeys(Object.fromEntries(kinds.map((k, i) => [`Digit${i + 1}`, () => choose(k)])), active && asking === null);
  useKeys(
    { "ctrl+Enter": () => asking && void send(asking, note), Escape: () => setAsking(null) },
    active && asking !== null,
  );
  if (work.result) {
    const [title] = resultWords(work.result, call, w);
    return (
      <div className="col" data-testid="task-result-said">
        <Note tone="acc">
          <div>
            <span className="b">{w.job.saved} </span>
            {title}
          </div>
        </Note>
        {work.notice && <Note tone="plan">{work.notice}</Note>}
      </div>
    );
  }
  const speaksOfTime = kinds.includes("accepted") || kinds.includes("in_progress");
  return (
    <div className="col" data-testid="task-results">
      <div className="sect">{w.job.result}</div>
      {work.error && (
        <div className="s13 k-emg" role="alert">
          {errorText(work.error)}
        </div>
      )}
      {work.error?.code === "task.passed" && (
        <div className="row wrap" data-testid="take-back">
          <Button className="btn-primary" disabled={!active} onClick={() => void send("accepted", note, true)}>
            {w.job.takeBack}
          </Button>
          <Button
            variant="default"
            disabled={!active}
            onClick={() => works.change(call.key, { result: "refused", notice: w.job.leftToHim, error: null })}
          >
            {w.job.leaveIt}
          </Button>
        </div>
      )}
      {asking ? (
        <div className="col">
          <Textarea
            autoFocus
            label={asking === "refused" ? w.job.note : saysAnswer(asking, call) ? w.job.noteSaid : w.job.noteAny}
            data-testid="result-note"
            minRows={2}
            maxLength={1000}
            value={note}
            onChange={(e) => setNote(e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === "Escape") setAsking(null);
            }}
          />
          <div className="row">
            <Button
              className="btn-primary"
              data-testid="result-send"
              disabled={!active || ((asking === "refused" || saysAnswer(asking, call)) && !note.trim())}
              rightSection={<Key>{w.keySave}</Key>}
              onClick={() => void send(asking, note)}
            >
              {w.job.send}: {resultWords(asking, call, w)[0]}
            </Button>
            <Button variant="default" rightSection={<Key>Esc</Key>} onClick={() => setAsking(null)}>
              {w.outcome.menu}
            </Button>
          </div>
        </div>
      ) : (
        <>
          {speaksOfTime && (
            <div className="row wrap">
              <span className="s13 t2">{w.job.eta}:</span>
              {[0, ...etas].map((m) => (
                <button
                  key={m}
                  type="button"
                  className={m === eta ? "chip acc press" : "chip press"}
                  aria-pressed={m === eta}
                  disabled={!active}
                  onClick={() => setEta(m)}
                >
                  {m === 0 ? w.job.etaNone : w.job.etaMinutes(m)}
                </button>
              ))}
            </div>
          )}
          {card?.task.purpose.startsWith("supplier_") && (
            <SupplierFields number={number} setNumber={setNumber} taken={taken} setTaken={setTaken} />
          )}
          <div className="big-keys">
            {kinds.map((kind, i) => {
              const [title, text] = resultWords(kind, call, w);
              return (
                <Button
                  key={kind}
                  variant="default"
                  h={52}
                  justify="flex-start"
                  disabled={!active}
                  data-testid={`task-result-${kind}`}
                  leftSection={<Key>{i + 1}</Key>}
                  onClick={() => choose(kind)}
                >
                  <span className="two-lines">
                    <span className="b">{title}</span>
                    <span className="s12">{text}</span>
                  </span>
                </Button>
              );
            })}
          </div>
        </>
      )}
    </div>
  );
}

interface SupplierProps {
  number: string;
  setNumber: (v: string) => void;
  taken: string;
  setTaken: (v: string) => void;
}

/** The supplier's own number of the request and who took it: asked before the result is said. */
function SupplierFields(p: SupplierProps) {
  const w = useTaskWords();
  return (
    <div className="row wrap">
      <TextInput
        size="xs"
        label={w.theirNumber}
        maxLength={60}
        value={p.number}
        onChange={(e) => p.setNumber(e.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label={w.handedTo}
        maxLength={200}
        value={p.taken}
        onChange={(e) => p.setTaken(e.currentTarget.value)}
      />
    </div>
  );
}

function resultWords(kind: TaskResult["kind"], call: CallView, w: ReturnType<typeof useWords>): readonly string[] {
  if (call.purpose === "feedback" && kind === "done") return w.job.feedbackDone;
  if (call.purpose === "feedback" && kind === "not_done") return w.job.feedbackNotDone;
  return w.job.results[kind];
}

export function useTask(id: number): TaskCard | undefined {
  return useQuery(taskQuery(id)).data;
}
