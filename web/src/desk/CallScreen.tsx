import { useEffect, useState } from "react";
import type { CallView } from "../softphone/protocol";
import { usePhone, usePhoneView } from "../softphone/useSoftphone";
import { clockOf, phoneOf } from "../time/format";
import { Note } from "../ui/blocks";
import { useWords as useShared } from "../ui/words";
import { useKeys } from "../ui/keys";
import { hasForm, isSettled, mayLeave, needsPaper } from "./current";
import { Outcome } from "./Outcome";
import { RequestPane } from "./RequestPane";
import { Side } from "./Side";
import { Results, TaskPane, TaskWho, useTask } from "./TaskWork";
import { isUnderWay, TransferDialog } from "./transfer/TransferDialog";
import { useCallWork } from "./useCallWork";
import { Who } from "./Who";
import { useWords } from "./words";

export interface BarText {
  subject: string | null;
  sub: string | null;
  settled: boolean;
}

interface Props {
  call: CallView;
  isOld: boolean;
  /** The dialog of a transfer is open. */
  transfer: boolean;
  onTransferred(): void;
  onBar(text: BarText): void;
  onLeave(): void;
}

/** Everything around one call: who, words and form, what is known. */
export function CallScreen({ call, isOld, transfer, onTransferred, onBar, onLeave }: Props) {
  const w = useWords();
  const phone = usePhone();
  const { phone: p } = usePhoneView();
  const talk = call.state === "talking" || call.state === "held";
  const work = useCallWork(call.key, call.phone, talk, call.written);
  const task = useTask(call.task_id);
  const [outcome, setOutcome] = useState(false);
  // On a narrow screen the right pane is a tab in the place of the middle one.
  const [tab, setTab] = useState<"form" | "side">("form");
  const form = hasForm(call);
  const isCut = (p.cut && p.call?.key === call.key) || (work.card?.call.is_cut ?? false);
  const note = work.card?.call.disposition_note ?? "";
  const settled = isSettled(call, work.work, work.disposed, task, isCut);
  const open = talk || call.state === "ended";
  const place = work.work.draft.form.place;

  usePaper(needsPaper(call, settled, p) && !(isOld && settled));
  useEffect(() => {
    if (!isOld && mayLeave(call, settled, p)) onLeave();
  }, [call, isOld, onLeave, p, settled]);

  // A task nobody answered: its end is written down, there is nothing to wrap up.
  const nobody = call.direction === "task" && call.state === "ended" && settled && call.outcome !== "answered";
  useEffect(() => {
    if (!nobody || p.state !== "wrap_up") return;
    const timer = setTimeout(() => phone.wrappedUp(), 3000);
    return () => clearTimeout(timer);
  }, [nobody, p.state, phone]);

  const subject = useSubject(
    call,
    place,
    work.card !== undefined && work.card.known.length > 0,
    task?.task.member?.name ?? "",
    task?.task,
  );
  const { head, tail } = subject;
  useEffect(() => onBar({ subject: head, sub: tail, settled }), [head, tail, settled, onBar]);

  useKeys({ F3: () => setOutcome(true) }, form && open && !work.readOnly);
  const closeOutcome = () => {
    setOutcome(false);
    // The focus goes back to where the menu was opened from.
    setTimeout(() => document.querySelector<HTMLElement>("[data-testid='other-outcome']")?.focus());
  };
  const link = (t: { id: number }) => void work.dispose({ kind: "linked", ticket_id: t.id });
  const same = (t: { id: number }) =>
    void work.dispose({ kind: "linked", ticket_id: t.id, is_same: true, unit: place?.unit ?? "" });
  const join = (n: { id: number }) => void work.dispose({ kind: "notice", notice_id: n.id });
  const needsResult = call.state === "ended" && !settled;
  const first = work.card?.known[0];
  const buildingId = place?.buildingId ?? task?.ticket?.building_id ?? first?.building_id ?? null;
  const unit = place?.unit ?? task?.ticket?.unit ?? first?.unit ?? "";
  return (
    <>
      {(transfer || isUnderWay(call.transfer)) && (
        <TransferDialog call={call} reasonId={work.work.draft.form.reason?.id ?? 0} onClose={onTransferred} />
      )}
      {isCut && <Banner>{w.banner.cut}</Banner>}
      {needsResult && form && !outcome && <Banner>{w.outcome.ask}</Banner>}
      {needsResult && !form && <Banner>{w.job.sayResult}</Banner>}
      <div className="side-tabs" role="tablist" aria-label={w.tabs.title}>
        {(["form", "side"] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            onClick={() => setTab(name)}
          >
            {name === "side" ? w.side.title : form ? w.form.title : w.tabs.task}
          </button>
        ))}
      </div>
      <div className="cols call" data-tab={tab}>
        {call.direction === "task" ? (
          <TaskWho call={call} card={task} />
        ) : (
          <Who call={call} card={work.card} place={place} />
        )}
        {outcome ? (
          <Outcome
            work={work}
            companyId={place?.companyId ?? call.company_id}
            buildingId={place?.buildingId ?? null}
            knownId={buildingId}
            onClose={closeOutcome}
          />
        ) : form ? (
          <div className="middle">
            {work.disposed && !work.work.saved && (
              <div className="said" data-testid="disposed" data-kind={work.disposed}>
                <Note tone="acc">
                  <b>{w.outcome.done[work.disposed]}</b>
                  {(work.disposed === "notice" || (work.disposed === "linked" && /^\d+\/\d/.test(note))) && note && (
                    <div className="b lead">{w.outcome.noticeNumber(note)}</div>
                  )}
                </Note>
              </div>
            )}
            <RequestPane call={call} work={work} open={open} onOutcome={() => setOutcome(true)} onSame={same} />
            {call.direction === "task" && (
              <div className="said">
                <Results call={call} card={task} work={work.work} open={talk || needsResult} />
              </div>
            )}
          </div>
        ) : (
          <TaskPane call={call} card={task} work={work.work} needsResult={needsResult} />
        )}
        <Side
          companyId={place?.companyId ?? call.company_id}
          buildingId={buildingId}
          unit={unit}
          confirmed={place !== null || call.direction === "task"}
          onLink={form && open && !work.readOnly ? link : undefined}
          onNotice={form && open && !work.readOnly ? join : undefined}
        />
      </div>
    </>
  );
}

function Banner({ children }: { children: React.ReactNode }) {
  return (
    <div className="banner" role="status">
      {children}
    </div>
  );
}

/** No new call while the result of this one is not said. */
function usePaper(on: boolean): void {
  const phone = usePhone();
  useEffect(() => phone.paperwork(on), [on, phone]);
}

interface TaskHead {
  title: string;
  dialled: number;
  dials: number;
}

function useSubject(
  call: CallView,
  place: { house: string; unit: string } | null,
  known: boolean,
  member: string,
  task: TaskHead | undefined,
): { head: string | null; tail: string | null } {
  const w = useWords();
  const s = useShared();
  if (call.direction === "task") {
    const n = task ? w.bar.attempt(Math.max(1, Math.min(task.dialled, task.dials)), task.dials) : "";
    return {
      head: call.title || task?.title || null,
      tail: [member, call.phone && phoneOf(call.phone), n].filter(Boolean).join(" · ") || null,
    };
  }
  const number = call.phone ? phoneOf(call.phone) : w.bar.hidden;
  if (place) {
    const flat = place.unit ? `, ${s.unitShort(place.unit)}` : "";
    return { head: `${place.house}${flat}`, tail: [call.company_name, number].filter(Boolean).join(" · ") };
  }
  const waited = Date.parse(call.since) - Date.parse(call.waited_since);
  const wait = call.state === "ringing" && waited >= 1000 ? w.bar.waited(clockOf(waited)) : "";
  return { head: null, tail: [number, known && w.bar.known, wait].filter(Boolean).join(" · ") };
}
