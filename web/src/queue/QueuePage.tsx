import { ActionIcon, Button, NumberInput, Skeleton, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { Failed, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Rest, SettingsPage, useRefusal, useSaid, type Refusal } from "../ui/settings";
import { useKeepQueue, useQueue, type QueueForm, type QueueSettings } from "./api";
import { Companies, Lines } from "./Own";
import { Slow } from "./Slow";
import "./queue.css";
import { useWords } from "./words";

export const count = (v: string | number) => (typeof v === "number" ? v : 0);

/** How the queue of callers works: for everybody, and what companies and numbers have of their own. */
export function QueuePage() {
  const w = useWords();
  const queue = useQueue();
  return (
    <SettingsPage title={w.title} about={w.about}>
      {queue.data ? (
        <>
          <Panel title={w.everybody}>
            <Everybody key={queue.data.version} of={queue.data} />
          </Panel>
          <Slow />
          <Companies of={queue.data} />
          <Lines of={queue.data} />
        </>
      ) : queue.isError ? (
        <Failed error={queue.error} title={w.failed} retry={() => void queue.refetch()} />
      ) : (
        <Late>
          <Skeleton h={240} animate={false} />
        </Late>
      )}
    </SettingsPage>
  );
}

function Everybody({
  of: { ring_sec, wrap_up_sec, language_sec, surge, slow_calls, slow_hours, pauses, version },
}: {
  of: QueueSettings;
}) {
  const w = useWords();
  const said = useSaid();
  const keep = useKeepQueue();
  const refusal = useRefusal(keep.error);
  const [form, setForm] = useState<QueueForm>({
    ring_sec,
    wrap_up_sec,
    language_sec,
    surge,
    slow_calls,
    slow_hours,
    pauses,
    version,
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    keep.mutate(form, { onSuccess: () => said(w.saved) });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div className="queue-figures">
        {(["ring_sec", "wrap_up_sec", "language_sec", "surge", "slow_calls", "slow_hours"] as const).map((f) => (
          <NumberInput
            key={f}
            label={w.figures[f]}
            description={w.hints[f]}
            allowDecimal={false}
            value={form[f]}
            error={refusal.at(f)}
            onChange={(v) => setForm({ ...form, [f]: count(v) })}
          />
        ))}
      </div>
      <Pauses of={form.pauses} refusal={refusal} onChange={(pauses) => setForm({ ...form, pauses })} />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={keep.isPending}>
          {w.save}
        </Button>
      </div>
    </form>
  );
}

type Pause = QueueForm["pauses"][number];
type PausesProps = { of: Pause[]; refusal: Refusal; onChange: (p: Pause[]) => void };

const MOST = 9;

/** Reasons of a break in the order of the desk's digits, each with its limit. */
function Pauses({ of, refusal, onChange }: PausesProps) {
  const w = useWords();
  const put = (n: number, part: Partial<Pause>) => onChange(of.map((p, i) => (i === n ? { ...p, ...part } : p)));
  return (
    <fieldset className="queue-pauses">
      <legend className="b">{w.pauses}</legend>
      <p className="quiet">{w.pausesHint}</p>
      {of.map((p, n) => (
        <div className="row queue-pause" key={n}>
          <TextInput
            className="grow"
            aria-label={w.pause(n + 1)}
            maxLength={40}
            value={p.name}
            error={refusal.at(`pauses[${n}].name`)}
            onChange={(e) => put(n, { name: e.currentTarget.value })}
          />
          <NumberInput
            w={130}
            aria-label={w.limit(p.name)}
            suffix={w.min}
            allowDecimal={false}
            value={p.limit_min}
            error={refusal.at(`pauses[${n}].limit_min`)}
            onChange={(v) => put(n, { limit_min: count(v) })}
          />
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={w.removePause(p.name)}
            onClick={() => onChange(of.filter((_, i) => i !== n))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {refusal.at("pauses") && <span className="s13 emg-text">{refusal.at("pauses")}</span>}
      {of.length < MOST && (
        <Button variant="default" size="xs" onClick={() => onChange([...of, { name: "", limit_min: 15 }])}>
          {w.addPause}
        </Button>
      )}
    </fieldset>
  );
}
