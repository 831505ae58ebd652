import { Button } from "@mantine/core";
import { useState } from "react";
import type { TicketCard, TicketTask } from "../api/types";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { FactList, type Fact } from "../ui/card/Card";
import { useWords as useCommon } from "../ui/words";
import type { Whose } from "./api";
import { AssignDialog } from "./AssignDialog";
import { EditDialog } from "./EditDialog";
import { useWords } from "./words";

/** What is known of the request: people, phone, access, words and answers. */
export function Facts({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const c = useCommon();
  const now = useNow();
  const [isEditing, setEditing] = useState(false);
  const [assigning, setAssigning] = useState<Whose | null>(null);
  const at = (iso: string | null) => iso && momentOf(iso, t.zone, now);
  const who = (what: Whose, nobody: React.ReactNode) => (
    <>
      <bdi>{t[what]?.name ?? nobody}</bdi>
      {t.can.includes("assign") && (
        <Button size="compact-xs" variant="subtle" aria-label={w.assign.open[what]} onClick={() => setAssigning(what)}>
          {w.assign.change}
        </Button>
      )}
    </>
  );
  const rows: Fact[] = [
    [w.card.executor, who("executor", <span className="t3">{w.card.nobody}</span>)],
    [w.card.responsible, who("responsible", c.none)],
    [w.card.handed, at(t.handed_over_at)],
    [w.card.postponed, t.status === "postponed" && at(t.postponed_until)],
    [w.card.why, t.status === "postponed" && t.postpone_reason],
    [w.card.phone, t.caller_phone && <Phone phone={t.caller_phone} />],
    [w.card.access, t.access_note],
    [w.card.description, t.description],
  ];
  return (
    <Panel
      title={w.card.facts}
      right={
        t.can.includes("edit") && (
          <Button size="compact-xs" variant="subtle" onClick={() => setEditing(true)}>
            {w.edit.open}
          </Button>
        )
      }
    >
      {isEditing && <EditDialog ticket={t} onClose={() => setEditing(false)} />}
      {assigning && <AssignDialog ticket={t} what={assigning} onClose={() => setAssigning(null)} />}
      <FactList rows={rows} />
      {t.answers.length > 0 && (
        <dl className="answers">
          {t.answers.map((a) => (
            <div key={a.id}>
              <dt>{a.question}</dt>
              <dd>{a.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}

/** A number that a phone can dial; a masked one cannot. */
function Phone({ phone }: { phone: string }) {
  return /^\+\d{10,}$/.test(phone) ? <a href={`tel:${phone}`}>{phoneOf(phone)}</a> : <>{phoneOf(phone)}</>;
}

/** Calls that are made, or will be made, about the request. */
export function Tasks({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  if (t.tasks.length === 0) return null;
  const running = t.tasks.filter((k) => k.state === "waiting" || k.state === "active");
  const shown = running.length > 0 ? running : t.tasks.slice(-3);
  return (
    <Panel title={w.card.tasks} right={<span className="cnt">{t.tasks.length}</span>}>
      {shown.map((task) => (
        <Task key={task.id} task={task} zone={t.zone} />
      ))}
    </Panel>
  );
}

function Task({ task, zone }: { task: TicketTask; zone: string }) {
  const w = useWords();
  const c = useCommon();
  const now = useNow();
  const next = task.next_at
    ? w.task.next(momentOf(task.next_at, zone, now))
    : w.task.due(momentOf(task.due_at, zone, now));
  const words = [
    w.task.state[task.state],
    (task.state === "waiting" || task.state === "active") && next,
    task.dials > 0 && task.dialled > 0 && w.task.dialled(task.dialled, task.dials),
    task.note,
  ].filter(Boolean);
  return (
    <div className="li">
      <div className="grow">
        <div className="b s13">
          {c.purpose[task.purpose]}
          {task.member && `: ${task.member.name}`}
        </div>
        <div className="s12 t2">{words.join(" · ")}</div>
      </div>
    </div>
  );
}
