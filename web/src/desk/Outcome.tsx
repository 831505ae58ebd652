import { Button, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { numberOf } from "../time/format";
import { Key, useErrorText } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { KindSign } from "../ui/Kind";
import { useWords as useShared } from "../ui/words";
import { findTicketsQuery } from "./queries";
import type { CallWork } from "./useCallWork";
import { useWords } from "./words";

interface Props {
  work: CallWork;
  companyId: number;
  onClose(): void;
}

type Step = "menu" | "linked" | "consultation";

/** How a call ends that makes no request: one key each (C4). Lies over nothing: it takes the place of the form. */
export function Outcome({ work, companyId, onClose }: Props) {
  const w = useWords();
  const errorText = useErrorText();
  const [step, setStep] = useState<Step>("menu");
  const wrong = () => void work.dispose({ kind: "wrong_number" }).then((ok) => ok && onClose());
  useKeys(
    { Digit1: () => setStep("linked"), Digit2: () => setStep("consultation"), Digit3: wrong, Escape: onClose },
    step === "menu",
  );
  return (
    <div className="pane work" data-testid="outcome">
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
          <BigKey
            n={2}
            name="consultation"
            title={w.outcome.consultation}
            text={w.outcome.consultationText}
            onClick={() => setStep("consultation")}
          />
          <BigKey n={3} name="wrong_number" title={w.outcome.wrong} text={w.outcome.wrongText} onClick={wrong} />
        </div>
      )}
      {step === "linked" && <FindTicket work={work} companyId={companyId} onDone={onClose} />}
      {step === "consultation" && <Consultation work={work} onDone={onClose} />}
      {work.work.error && (
        <div className="s13 k-emg" role="alert">
          {errorText(work.work.error)}
        </div>
      )}
      <div>
        <Button variant="default" onClick={onClose} rightSection={<Key>Esc</Key>}>
          {w.outcome.back}
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

function FindTicket({ work, companyId, onDone }: { work: CallWork; companyId: number; onDone: () => void }) {
  const w = useWords();
  const s = useShared();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 150);
  const { data } = useQuery(findTicketsQuery(q, companyId));
  const items = q.trim().length > 1 ? (data?.items ?? []) : [];
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
      {q.trim().length > 1 && data && items.length === 0 && <div className="quiet">{w.outcome.notFound}</div>}
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
