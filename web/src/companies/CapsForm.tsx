import { Button, NumberInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useCap, type Company } from "./api";
import { useWords } from "./words";

const count = (v: string | number) => (typeof v === "number" ? v : 0);

/** The bounds of what a company may call: against a stolen login. */
export function CapsForm({ company, onDone }: { company: Company; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const cap = useCap(company.id);
  const refusal = useRefusal(cap.error);
  const [form, setForm] = useState(company.caps);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    cap.mutate(form, {
      onSuccess: () => {
        said(w.capsSaved);
        onDone();
      },
    });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div className="row wrap" style={{ alignItems: "flex-start" }}>
        {(["concurrent", "hourly", "minutes"] as const).map((f, i) => (
          <NumberInput
            key={f}
            label={w.capsOf[f]}
            allowDecimal={false}
            data-autofocus={i === 0 || undefined}
            value={form[f]}
            error={refusal.at(f)}
            onChange={(v) => setForm({ ...form, [f]: count(v) })}
          />
        ))}
      </div>
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" loading={cap.isPending}>
          {w.capsSave}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}
