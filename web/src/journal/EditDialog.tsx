import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import type { TicketCard } from "../api/types";
import { numberOf } from "../time/format";
import { Key, Note, useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useEdit, type Edit } from "./works";
import { useWords } from "./words";

type Field = Edit["field"];
type Form = Record<Field, string>;

const number = (n: number) => (n === 0 ? "" : String(n));
const formOf = (t: TicketCard): Form => ({
  description: t.description,
  access_note: t.access_note,
  caller_phone: t.caller_phone,
  entrance: number(t.entrance),
  floor: number(t.floor),
});

/**
 * Corrects the words of a request. What another person has corrected meanwhile stays; of the same field it is said who
 * was first and what he wrote, and what is typed here stays until the person decides (F70).
 */
export function EditDialog({ ticket: t, onClose }: { ticket: TicketCard; onClose: () => void }) {
  const w = useWords();
  const c = useCommon();
  const error = useErrorText();
  const edit = useEdit(t.id);
  const [seen, setSeen] = useState(() => formOf(t));
  const [form, setForm] = useState(seen);
  const is = formOf(t);
  const seesPhone = !t.caller_phone.includes("•");
  const refused = edit.error instanceof ApiError ? edit.error : null;
  const ours = (f: Field) => form[f].trim() !== seen[f].trim();
  /** Somebody has written another thing there since this window was opened, and so has this person. */
  const clash = (f: Field) => ours(f) && is[f] !== seen[f] && is[f] !== form[f].trim();
  const fields = (Object.keys(form) as Field[]).filter((f) => f !== "caller_phone" || seesPhone);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (edit.isPending) return;
    const edits = fields.filter(ours).map((field) => ({ field, was: seen[field], now: form[field].trim() }));
    if (edits.length === 0) return onClose();
    edit.mutate(edits, {
      onSuccess: () => {
        notifications.show({ message: w.edit.done, color: "accent" });
        onClose();
      },
    });
  };
  const props = (f: Field) => ({
    label: w.edit[f],
    value: form[f],
    error: refused?.fields.get(f) ?? undefined,
    onChange: (e: { currentTarget: { value: string } }) => setForm({ ...form, [f]: e.currentTarget.value }),
    description: clash(f) ? (
      <Theirs
        text={is[f]}
        onMine={() => setSeen({ ...seen, [f]: is[f] })}
        onTheirs={() => {
          setSeen({ ...seen, [f]: is[f] });
          setForm({ ...form, [f]: is[f] });
        }}
      />
    ) : undefined,
    descriptionProps: { component: "div" as const },
    inputWrapperOrder: ["label", "input", "error", "description"] as ("label" | "input" | "error" | "description")[],
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{w.edit.title(c.number(numberOf(t.number)))}</span>}
      size="md"
      closeButtonProps={{ "aria-label": c.close }}
    >
      <form
        className="col"
        style={{ gap: 12 }}
        noValidate
        onSubmit={submit}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) submit();
        }}
      >
        {edit.isError && (
          <div role="alert">
            <Note tone={refused?.isConflict ? "plan" : "emg"}>{error(edit.error)}</Note>
          </div>
        )}
        <Textarea {...props("description")} autosize minRows={2} maxRows={8} maxLength={4000} data-autofocus />
        <Textarea {...props("access_note")} autosize minRows={1} maxRows={4} maxLength={500} />
        {seesPhone && <TextInput {...props("caller_phone")} type="tel" maxLength={40} />}
        <div className="row" style={{ alignItems: "flex-start" }}>
          <TextInput {...props("entrance")} className="grow" inputMode="numeric" maxLength={3} />
          <TextInput {...props("floor")} className="grow" inputMode="numeric" maxLength={3} />
        </div>
        <div className="row move-foot" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button
            type="submit"
            className="btn-primary"
            loading={edit.isPending}
            disabled={fields.some(clash)}
            rightSection={<Key>Ctrl Enter</Key>}
          >
            {w.edit.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What another person wrote into the same field, and the choice. */
function Theirs({ text, onMine, onTheirs }: { text: string; onMine: () => void; onTheirs: () => void }) {
  const w = useWords();
  return (
    <div className="note plan" style={{ marginTop: 4 }}>
      <div className="grow">
        <div>{text ? w.edit.theirs(text) : w.edit.theirsEmpty}</div>
        <div className="row wrap" style={{ marginTop: 4 }}>
          <Button size="compact-xs" variant="default" onClick={onMine}>
            {w.edit.mine}
          </Button>
          <Button size="compact-xs" variant="default" onClick={onTheirs}>
            {w.edit.take}
          </Button>
        </div>
      </div>
    </div>
  );
}
