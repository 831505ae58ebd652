import { Button, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { TaskRow } from "../api/types";
import { tasksQuery } from "../desk/queries";
import { useLang } from "../i18n/i18n";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, numberOf, phoneOf, remainsOf, timeOf } from "../time/format";
import { Empty, Failed, useErrorText } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, SettingsPage } from "../ui/settings";
import { useWords as useShared } from "../ui/words";
import { useDropTask, useTakeTask } from "./api";
import { fits, groupOf, isLate, type Group } from "./list";
import "./tasks.css";
import { useWords } from "./words";

/** All open call tasks of the companies a person serves, with promises, deadlines and what came of the dials. */
export function TasksPage() {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const [group, setGroup] = useState<Group>("all");
  const [company, setCompany] = useState(0);
  const [dropping, setDropping] = useState<TaskRow | null>(null);
  const { data, error, isPending, refetch } = useQuery(tasksQuery);
  const items = data?.items ?? [];
  const shown = items.filter((t) => fits(t, group, company, now));
  const count = (g: Group) => items.filter((t) => fits(t, g, company, now)).length;
  const chips: [Group, string][] = [
    ["all", w.all],
    ["emergency", w.groups.emergency],
    ["callback", w.groups.callback],
    ["question", w.groups.question],
    ["supplier", w.groups.supplier],
    ["late", w.mine],
    ["unanswered", w.unanswered],
  ];
  return (
    <div className="tasks-page">
      <SettingsPage title={w.title} about={w.about}>
        <div className="row wrap">
          {chips.map(([g, label]) => (
            <button
              key={g}
              type="button"
              className={g === group ? "chip acc press" : "chip press"}
              aria-pressed={g === group}
              data-testid={`tasks-${g}`}
              onClick={() => setGroup(g)}
            >
              {label} <span className="num">{count(g)}</span>
            </button>
          ))}
          <span className="grow" />
          {me.companies.length > 1 && (
            <Select
              size="xs"
              w={240}
              aria-label={w.company}
              searchable
              allowDeselect={false}
              data={[
                { value: "0", label: w.anyCompany },
                ...me.companies.map((c) => ({ value: String(c.id), label: c.name })),
              ]}
              value={String(company)}
              onChange={(v) => setCompany(Number(v ?? 0))}
            />
          )}
        </div>
        {error && !data ? (
          <Failed error={error} title={w.failed} retry={() => void refetch()} />
        ) : isPending ? (
          <Late>
            <Skeleton h={160} animate={false} />
          </Late>
        ) : shown.length === 0 ? (
          <Empty title={items.length === 0 ? w.empty : w.nothing}>{items.length === 0 && w.emptyText}</Empty>
        ) : (
          <ul className="panel task-rows" data-testid="task-list">
            {shown.map((t) => (
              <Line key={t.id} task={t} now={now} onDrop={() => setDropping(t)} />
            ))}
          </ul>
        )}
      </SettingsPage>
      <Modal opened={dropping !== null} onClose={() => setDropping(null)} title={w.dropTitle}>
        {dropping && <Drop task={dropping} onDone={() => setDropping(null)} />}
      </Modal>
    </div>
  );
}

function Line({ task, now, onDrop }: { task: TaskRow; now: number; onDrop: () => void }) {
  const w = useWords();
  const s = useShared();
  const take = useTakeTask(task.id);
  const errorText = useErrorText();
  const urgent = groupOf(task) === "emergency";
  const about = [
    task.member?.name ?? (task.ticket_id || task.is_staff ? "" : w.resident),
    task.company_name,
    task.phones.map(phoneOf).join(", "),
  ];
  const robot = task.purpose === "announcement";
  return (
    <li data-testid={`task-${task.id}`} data-late={isLate(task, now) || undefined}>
      <div className="grow">
        <div className={urgent ? "b k-emg" : "b"}>{task.title || s.purpose[task.purpose]}</div>
        <div className="s12 t2">
          {about.filter(Boolean).join(" · ")}
          {task.ticket_id && (
            <>
              {" · "}
              <Link to="/journal/$id" params={{ id: String(task.ticket_id) }}>
                {s.number(numberOf(task.ticket_number ?? 0))}
              </Link>
            </>
          )}
        </div>
        <div className="s12 t2">{useStateWords(task, now).join(" · ")}</div>
      </div>
      <PromiseOf task={task} now={now} />
      <div className="task-keys">
        {!robot && (
          <Button
            size="compact-sm"
            variant="default"
            loading={take.isPending}
            onClick={() =>
              take.mutate(undefined, {
                onSuccess: () => notifications.show({ message: w.taken }),
                onError: (e) => notifications.show({ color: "red", message: errorText(e) }),
              })
            }
          >
            {task.unanswered ? w.again : w.take}
          </Button>
        )}
        {!urgent && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onDrop}>
            {w.drop}
          </Button>
        )}
      </div>
    </li>
  );
}

/** What goes on with a task, in words. */
function useStateWords(t: TaskRow, now: number): string[] {
  const w = useWords();
  const s = useShared();
  const at = t.next_at ?? t.due_at;
  const state = t.unanswered
    ? w.notReached
    : t.state === "active" && t.next_at === null
      ? w.waits
      : Date.parse(at) <= now
        ? w.now
        : w.next(momentOf(at, t.zone, now));
  return [
    state,
    t.dialled > 0 ? w.attempts(t.dialled, t.dials) : "",
    t.last_outcome ? w.last(s.outcome[t.last_outcome]) : "",
    t.repeats > 0 ? w.repeats(t.repeats) : "",
    t.operator_name ? w.takenBy(t.operator_name) : "",
  ].filter(Boolean);
}

function PromiseOf({ task, now }: { task: TaskRow; now: number }) {
  const w = useWords();
  const lang = useLang();
  if (!task.promise_at || task.unanswered) return task.is_late ? <div className="s12 k-emg">{w.wasLate}</div> : null;
  const left = Date.parse(task.promise_at) - now;
  return (
    <div className="task-promise">
      <div className="s12 t2">
        {w.promise} {timeOf(task.promise_at, task.zone)}
      </div>
      <div className={left <= 0 ? "b num k-emg" : "b num"}>
        {left <= 0 ? w.late(remainsOf(-left, lang)) : w.left(remainsOf(left, lang))}
      </div>
    </div>
  );
}

function Drop({ task, onDone }: { task: TaskRow; onDone: () => void }) {
  const w = useWords();
  const s = useShared();
  const drop = useDropTask(task.id);
  const [reason, setReason] = useState("");
  return (
    <form
      className="col"
      onSubmit={(e) => {
        e.preventDefault();
        drop.mutate(reason, { onSuccess: onDone });
      }}
    >
      <div className="b">{task.title || s.purpose[task.purpose]}</div>
      <TextInput
        data-autofocus
        label={w.dropReason}
        placeholder={w.dropHint}
        maxLength={500}
        value={reason}
        onChange={(e) => setReason(e.currentTarget.value)}
      />
      <Refused error={drop.error} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={drop.isPending} disabled={!reason.trim()}>
          {w.dropYes}
        </Button>
        <Button variant="default" onClick={onDone}>
          {s.cancel}
        </Button>
      </div>
    </form>
  );
}
