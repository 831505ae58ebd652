import { Button, TagsInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useSetWindow, type Company } from "./api";
import { useWords } from "./words";

/** When a company answers its callers itself, and by which phones. */
export function WindowForm({ company, onDone }: { company: Company; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const keep = useSetWindow(company.id);
  const refusal = useRefusal(keep.error);
  const [form, setForm] = useState(company.window);
  const wrong = form.phones.map((_, i) => refusal.at(`phones[${String(i)}]`)).find((m) => m !== undefined);
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
      <TagsInput
        label={w.ownPhones}
        description={w.ownPhonesHint}
        data-autofocus
        value={form.phones}
        error={refusal.at("phones") ?? wrong}
        onChange={(phones) => setForm({ ...form, phones })}
      />
      <div className="row wrap" style={{ alignItems: "flex-start" }}>
        <TextInput
          label={w.ownFrom}
          value={form.from}
          maxLength={5}
          error={refusal.at("from")}
          onChange={(e) => setForm({ ...form, from: e.currentTarget.value })}
        />
        <TextInput
          label={w.ownTo}
          value={form.to}
          maxLength={5}
          error={refusal.at("to")}
          onChange={(e) => setForm({ ...form, to: e.currentTarget.value })}
        />
      </div>
      <div className="s12 t2">{w.ownHint}</div>
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
