import { Textarea, TextInput } from "@mantine/core";
import { AddressPicker } from "../request/AddressPicker";
import { withPlace, withReason, type Field } from "../request/form";
import { Questions } from "../request/Questions";
import { ReasonPicker, ReasonWords, SafetyNote } from "../request/ReasonPicker";
import { Note } from "../ui/blocks";
import type { NewRequest } from "./useNewRequest";
import { useWords } from "./words";

/** The fields in the order of speech: address, reason, questions, words, phone, access. No executor and no limit (R4). */
export function RequestFields({ request: r, onNext }: { request: NewRequest; onNext: (field: Field) => void }) {
  const w = useWords();
  const { form, problems, setForm } = r;
  const ours = r.me.kind !== "company";
  return (
    <>
      <div data-field="place">
        <AddressPicker
          value={form.place}
          companyId={r.me.company?.id}
          showCompany={ours}
          autoFocus={!form.place}
          error={problems.place}
          onChange={(place) => setForm((f) => withPlace(f, place))}
        />
      </div>
      <div data-field="reason">
        <ReasonPicker
          value={form.reason}
          companyId={form.place?.companyId ?? null}
          error={problems.reason}
          onChange={(next) => {
            setForm((f) => withReason(f, next));
            const first = next?.questions[0];
            onNext(!next ? "reason" : first ? `answer-${first.id}` : "description");
          }}
        />
      </div>
      <SafetyNote reason={form.reason} />
      <ReasonWords reason={form.reason} />
      {form.reason?.kind === "consultation" && !problems.reason && <Note>{w.form.consultation}</Note>}
      {form.reason && (
        <Questions
          questions={form.reason.questions}
          answers={form.answers}
          errors={answersOf(problems)}
          onChange={(answers) => setForm((f) => ({ ...f, answers }))}
        />
      )}
      <Words request={r} />
    </>
  );
}

function Words({ request: r }: { request: NewRequest }) {
  const w = useWords();
  const { form, problems, setForm } = r;
  return (
    <>
      <Textarea
        data-field="description"
        label={w.form.description}
        placeholder={w.form.descriptionHint}
        minRows={2}
        maxRows={8}
        maxLength={4000}
        value={form.description}
        error={problems.description}
        onChange={(e) => {
          const description = e.currentTarget.value;
          setForm((f) => ({ ...f, description }));
        }}
      />
      <div className="request-contact">
        <TextInput
          data-field="phone"
          label={w.form.phone}
          placeholder={w.form.phoneHint}
          type="tel"
          autoComplete="off"
          maxLength={40}
          value={form.phone}
          error={problems.phone}
          onChange={(e) => {
            const phone = e.currentTarget.value;
            setForm((f) => ({ ...f, phone }));
          }}
        />
        <TextInput
          data-field="access"
          label={w.form.access}
          placeholder={w.form.accessHint}
          autoComplete="off"
          maxLength={500}
          value={form.access}
          error={problems.access}
          onChange={(e) => {
            const access = e.currentTarget.value;
            setForm((f) => ({ ...f, access }));
          }}
        />
      </div>
    </>
  );
}

function answersOf(problems: NewRequest["problems"]): Record<number, string> {
  const out: Record<number, string> = {};
  for (const [field, text] of Object.entries(problems)) {
    const id = /^answer-(\d+)$/.exec(field)?.[1];
    if (id && text) out[Number(id)] = text;
  }
  return out;
}

/** Puts the person into a field of the form. */
export function toField(root: HTMLElement | null, field: Field): void {
  const answer = /^answer-(\d+)$/.exec(field)?.[1];
  const place = root?.querySelector<HTMLElement>(answer ? `[data-question="${answer}"]` : `[data-field="${field}"]`);
  const inside = "input, textarea, button[tabindex='0'], button";
  const target = place?.matches("input, textarea") ? place : place?.querySelector<HTMLElement>(inside);
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}
