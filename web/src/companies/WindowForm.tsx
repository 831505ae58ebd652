import { Button, NumberInput, Select, TagsInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Note } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useSetWindow, type Company } from "./api";
import { useWords } from "./words";

type Window = Company["window"];

const who: readonly Window["answers"][] = ["nobody", "phones", "operators", "both"];

/** Whether the company's own operators are to answer, and it has none. */
export const hasNoOperators = (of: Pick<Company, "operators" | "window">) =>
  of.operators === 0 && (of.window.answers === "operators" || of.window.answers === "both");

/** When a company answers its callers itself, who does, and how long before the call is ours. */
export function WindowForm({ company, onDone }: { company: Company; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const keep = useSetWindow(company.id);
  const refusal = useRefusal(keep.error);
  const [form, setForm] = useState(company.window);
  const wrong = form.phones.map((_, i) => refusal.at(`phones[${String(i)}]`)).find((m) => m !== undefined);
  const put = (change: Partial<Window>) => setForm({ ...form, ...change });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    keep.mutate(form, {
      onSuccess: () => {
        said(w.windowSaved);
        onDone();
      },
    });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <Select
        label={w.answers}
        data-autofocus
        allowDeselect={false}
        data={who.map((value) => ({ value, label: w.answer[value] }))}
        value={form.answers}
        error={refusal.at("answers")}
        onChange={(v) => v && put({ answers: v })}
      />
      {hasNoOperators({ operators: company.operators, window: form }) && <Note tone="plan">{w.noOperators}</Note>}
      {(form.answers === "phones" || form.answers === "both") && (
        <TagsInput
          label={w.ownPhones}
          description={w.ownPhonesHint}
          value={form.phones}
          error={refusal.at("phones") ?? wrong}
          onChange={(phones) => put({ phones })}
        />
      )}
      {form.answers !== "nobody" && (
        <>
          <div className="row wrap" style={{ alignItems: "flex-start" }}>
            <TextInput
              label={w.ownFrom}
              value={form.from}
              maxLength={5}
              error={refusal.at("from")}
              onChange={(e) => put({ from: e.currentTarget.value })}
            />
            <TextInput
              label={w.ownTo}
              value={form.to}
              maxLength={5}
              error={refusal.at("to")}
              onChange={(e) => put({ to: e.currentTarget.value })}
            />
          </div>
          <NumberInput
            label={w.overflow}
            description={w.overflowHint}
            allowDecimal={false}
            allowNegative={false}
            value={form.overflow_sec}
            error={refusal.at("overflow_sec")}
            onChange={(v) => put({ overflow_sec: Number(v) || 0 })}
          />
          <div className="s12 t2">{w.ownHint}</div>
        </>
      )}
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" loading={keep.isPending}>
          {w.windowSave}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}
