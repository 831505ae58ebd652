import { Button, Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconPhoneX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CallRow, TaskRow } from "../api/types";
import { usePhoneView } from "../softphone/useSoftphone";
import { useNow } from "../time/clock";
import { clockOf, momentOf, numberOf, phoneOf, timeOf } from "../time/format";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { useWords as useShared } from "../ui/words";
import { MicCheck } from "./Mic";
import { Missed } from "./Missed";
import { alarmsQuery, figuresQuery, myQuery, tasksQuery } from "./queries";
import { useWords } from "./words";

/** Between calls: what is to come, what was, and what is not finished. */
export function Idle({ onOpen }: { onOpen: (key: string) => void }) {
  return (
    <div className="cols idle">
      <div className="pane">
        <Missed />
        <Tasks />
        <Recent onOpen={onOpen} />
      </div>
      <aside className="pane">
        <Ready />
        <Alarms />
        <Shift />
        <Trunks />
        <Drafts onOpen={onOpen} />
      </aside>
    </div>
  );
}

function Ready() {
  const { phone, mic } = usePhoneView();
  // The check stays while it is needed; at work the bar says that all is well.
  if (phone.device === "phone" && phone.desk?.registered) return null;
  if (mic === "ok" && (phone.state === "ready" || phone.wish === "ready")) return <MicOK />;
  return <MicCheck />;
}

/** A mark for those who look for it (and for a screen reader); nothing to see. */
function MicOK() {
  const w = useWords();
  return (
    <span className="sr" data-testid="mic-ok">
      {w.mic.state.ok}
    </span>
  );
}

function Loading() {
  return (
    <Late>
      <div className="col" aria-busy style={{ padding: 12 }}>
        {[90, 70, 80].map((width) => (
          <Skeleton key={width} h={18} w={`${width}%`} animate={false} />
        ))}
      </div>
    </Late>
  );
}

function Tasks() {
  const w = useWords();
  const { data, error, refetch } = useQuery(tasksQuery);
  const items = data?.items ?? [];
  return (
    <Panel
      flush
      title={w.idle.tasks}
      right={
        <>
          <span className="cnt">{items.length}</span>
          <span className="s12 t2">{w.idle.tasksNote}</span>
        </>
      }
    >
      {error && !data ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : items.length === 0 ? (
        <Empty title={w.idle.noTasks}>{w.idle.noTasksText}</Empty>
      ) : (
        <div className="scroll-x">
          <table className="tbl" data-testid="task-queue">
            <thead>
              <tr>
                <th style={{ width: 132 }}>{w.idle.kind}</th>
                <th>{w.idle.what}</th>
                <th style={{ width: 130 }}>{w.idle.when}</th>
                <th style={{ width: 84 }}>{w.idle.attempt}</th>
              </tr>
            </thead>
            <tbody>
              {items.slice(0, 30).map((t) => (
                <TaskLine key={t.id} task={t} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

/** Purposes that exist only for emergencies. */
const urgent = new Set<TaskRow["purpose"]>(["handover", "responsible", "announcement"]);

function TaskLine({ task }: { task: TaskRow }) {
  const w = useWords();
  const s = useShared();
  const now = useNow();
  const at = task.next_at ?? task.due_at;
  const about = [
    task.member?.name,
    task.ticket_number ? s.number(numberOf(task.ticket_number)) : "",
    task.company_name,
    task.ticket_number ? "" : task.phones.map(phoneOf).join(", "),
  ].filter(Boolean);
  const isNow = task.state === "active" || Date.parse(at) <= now;
  return (
    <tr>
      <td>
        {urgent.has(task.purpose) ? (
          <span className="kind k-emg">
            <IconAlertTriangle size={16} />
            {s.kind.emergency}
          </span>
        ) : task.call_id ? (
          <span className="kind k-info">
            <IconPhoneX size={16} />
            {w.idle.lostCall}
          </span>
        ) : null}
      </td>
      <td>
        <div className="b">{task.title || s.purpose[task.purpose]}</div>
        <div className="s12 t2">{about.join(" · ")}</div>
      </td>
      <td className={isNow ? "b" : ""}>{isNow ? w.idle.now : momentOf(at, task.zone, now)}</td>
      <td className="t2">{task.dials ? w.idle.attemptOf(task.dialled, task.dials) : "—"}</td>
    </tr>
  );
}

/** What came of a call, in words. */
export function useOutcomeText(): (c: CallRow) => string {
  const w = useWords();
  const s = useShared();
  return (c) => {
    const number = c.ticket_number ? ` № ${numberOf(c.ticket_number)}` : "";
    if (c.disposition) return w.disposition[c.disposition] + number;
    if (c.direction === "outbound")
      return [c.purpose ? s.purpose[c.purpose] : "", s.outcome[c.outcome]].filter(Boolean).join(": ") + number;
    if (c.joined_at) return w.idle.unsaid;
    return s.outcome[c.outcome];
  };
}

/** An inbound talk whose result nobody has said. */
export function isUnsaid(c: CallRow): boolean {
  return c.direction === "inbound" && c.disposition === "" && c.joined_at !== null && c.ended_at !== null;
}

function Recent({ onOpen }: { onOpen: (key: string) => void }) {
  const w = useWords();
  const { data, error, refetch } = useQuery(myQuery);
  const text = useOutcomeText();
  const items = data?.recent ?? [];
  return (
    <Panel flush title={w.idle.recent}>
      {error && !data ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : items.length === 0 ? (
        <Empty title={w.idle.noCalls}>{w.idle.noCallsText}</Empty>
      ) : (
        <div className="scroll-x">
          <table className="tbl one">
            <thead>
              <tr>
                <th style={{ width: 60 }}>{w.idle.time}</th>
                <th style={{ width: 48 }} aria-label={w.idle.kind} />
                <th>{w.idle.who}</th>
                <th>{w.idle.result}</th>
                <th className="r" style={{ width: 80 }}>
                  {w.idle.talk}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.slice(0, 12).map((c) => (
                <tr key={c.id}>
                  <td>{timeOf(c.started_at, c.zone)}</td>
                  <td className="t2">{c.direction === "inbound" ? w.idle.incoming : w.idle.outgoing}</td>
                  <td>
                    {c.phone ? phoneOf(c.phone) : w.idle.hidden}
                    <span className="t2"> {c.company_name && `· ${c.company_name}`}</span>
                  </td>
                  <td>
                    {isUnsaid(c) ? (
                      <button type="button" className="linkish" onClick={() => onOpen(c.key)}>
                        {w.idle.unsaid}
                      </button>
                    ) : c.ticket_id ? (
                      <Link to="/journal/$id" params={{ id: String(c.ticket_id) }}>
                        {text(c)}
                      </Link>
                    ) : (
                      text(c)
                    )}
                  </td>
                  <td className="r">{c.duration_ms ? clockOf(c.duration_ms) : "—"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Shift() {
  const w = useWords();
  const { data } = useQuery(myQuery);
  if (!data) return null;
  const s = data.shift;
  return (
    <Panel title={w.idle.shift} right={<span className="s12 t2">{w.idle.shiftSince(timeOf(s.since, data.zone))}</span>}>
      <dl className="kv wide">
        <dt>{w.idle.calls}</dt>
        <dd className="b">{w.idle.callsValue(s.calls, s.outgoing)}</dd>
        <dt>{w.idle.tickets}</dt>
        <dd className="b">{s.tickets}</dd>
        <dt>{w.idle.talkTime}</dt>
        <dd className="b">{clockOf(s.talk_sec * 1000)}</dd>
        <dt>{w.idle.avgAnswer}</dt>
        <dd className="b">{s.avg_answer_sec === null ? "—" : clockOf(s.avg_answer_sec * 1000)}</dd>
      </dl>
    </Panel>
  );
}

function Trunks() {
  const w = useWords();
  const { data } = useQuery(figuresQuery);
  const bad = data?.trunks.filter((t) => t.state !== "up") ?? [];
  if (bad.length === 0) return null;
  return (
    <Panel title={w.idle.trunks}>
      <div className="col">
        {bad.map((t) => (
          <Note key={t.name} tone="plan">
            <div>
              <div className="b">{t.name}</div>
              {t.text}
            </div>
          </Note>
        ))}
      </div>
    </Panel>
  );
}

export function Alarms() {
  const w = useWords();
  const { data } = useQuery(alarmsQuery);
  const items = data?.items.slice(0, 3) ?? [];
  if (items.length === 0) return null;
  return (
    <Panel title={w.idle.alarms} right={<span className="cnt">{data?.items.length}</span>}>
      <div className="col">
        {items.map((a) => (
          <Note key={a.id} tone={a.severity === 1 ? "emg" : "plan"}>
            <IconAlertTriangle size={18} style={{ flex: "none" }} aria-hidden />
            <AlarmText subject={a.subject}>{a.text}</AlarmText>
          </Note>
        ))}
      </div>
    </Panel>
  );
}

/** What is about a request or a call leads to it. */
function AlarmText({ subject, children }: { subject: string; children: string }) {
  const id = /^ticket:(\d+)$/.exec(subject)?.[1];
  const call = /^call:(\d+)$/.exec(subject)?.[1];
  if (call)
    return (
      <Link to="/calls/$id" params={{ id: call }}>
        {children}
      </Link>
    );
  if (!id) return <div>{children}</div>;
  return (
    <Link to="/journal/$id" params={{ id }}>
      {children}
    </Link>
  );
}

function Drafts({ onOpen }: { onOpen: (key: string) => void }) {
  const w = useWords();
  const now = useNow();
  const { data } = useQuery(myQuery);
  const drafts = data?.drafts ?? [];
  return (
    <Panel title={w.idle.drafts} right={drafts.length > 0 ? <span className="cnt">{drafts.length}</span> : undefined}>
      {drafts.length === 0 ? (
        <div className="quiet">{w.idle.noDrafts}</div>
      ) : (
        <div className="col">
          {drafts.map((d) => (
            <div className="row" key={d.key}>
              <span className="grow">{d.phone ? phoneOf(d.phone) : w.idle.hidden}</span>
              <span className="s12 t2">{data && momentOf(d.updated_at, data.zone, now)}</span>
              <Button size="compact-xs" variant="default" onClick={() => onOpen(d.key)}>
                {w.idle.open}
              </Button>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}
