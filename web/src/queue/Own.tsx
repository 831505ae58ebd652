import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { phoneOf } from "../time/format";
import { Empty, Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useKeepCompany, useKeepLine, type QueueCompany, type QueueLine, type QueueSettings } from "./api";
import { languageName, useWords } from "./words";

/** How many rows stand before somebody searches. */
const SHOWN = 20;

/** What companies have of their own: share in a surge, wrap-up, language of the callers. */
export function Companies({ of }: { of: QueueSettings }) {
  const w = useWords();
  const [q, setQ] = useState("");
  const found = of.companies.filter((c) => c.name.toLowerCase().includes(q.trim().toLowerCase()));
  return (
    <Panel title={w.companies}>
      <p className="quiet">{w.companiesHint}</p>
      <Search q={q} onChange={setQ} all={of.companies.length} />
      {found.length === 0 && <Empty title={w.none} />}
      <ul className="queue-own">
        {found.slice(0, SHOWN).map((c) => (
          <Company key={`${c.company_id} ${c.weight} ${c.wrap_up_sec} ${c.language}`} of={c} languages={of.languages} />
        ))}
      </ul>
      {found.length > SHOWN && <p className="quiet">{w.more(found.length - SHOWN)}</p>}
    </Panel>
  );
}

function Search({ q, onChange, all }: { q: string; onChange: (q: string) => void; all: number }) {
  const w = useWords();
  if (all <= SHOWN) return null;
  return (
    <TextInput
      type="search"
      maw={360}
      aria-label={w.search}
      placeholder={w.search}
      value={q}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}

function Company({ of, languages }: { of: QueueCompany; languages: string[] }) {
  const w = useWords();
  const said = useSaid();
  const keep = useKeepCompany();
  const refusal = useRefusal(keep.error);
  const [form, setForm] = useState(of);
  const changed = form.weight !== of.weight || form.wrap_up_sec !== of.wrap_up_sec || form.language !== of.language;
  return (
    <li data-testid={`queue-company-${of.company_id}`}>
      <span className="b grow">{of.name}</span>
      <NumberInput
        label={w.weight}
        w={90}
        allowDecimal={false}
        value={form.weight}
        error={refusal.at("weight")}
        onChange={(v) => setForm({ ...form, weight: typeof v === "number" ? v : 0 })}
      />
      <NumberInput
        label={w.wrapUp}
        w={140}
        allowDecimal={false}
        placeholder={w.asAll}
        value={form.wrap_up_sec ?? ""}
        error={refusal.at("wrap_up_sec")}
        onChange={(v) => setForm({ ...form, wrap_up_sec: typeof v === "number" ? v : null })}
      />
      <Language
        value={form.language}
        empty={w.russian}
        languages={languages}
        error={refusal.at("language")}
        onChange={(language) => setForm({ ...form, language })}
      />
      <Button
        variant="default"
        disabled={!changed}
        loading={keep.isPending}
        onClick={() => keep.mutate(form, { onSuccess: () => said(w.savedOf(of.name)) })}
      >
        {w.save}
      </Button>
      <Rest of={refusal} />
    </li>
  );
}

type LanguageProps = {
  value: string;
  empty: string;
  languages: string[];
  error: string | undefined;
  onChange: (l: string) => void;
};

function Language({ value, empty, languages, error, onChange }: LanguageProps) {
  const w = useWords();
  return (
    <Select
      label={w.language}
      w={190}
      allowDeselect={false}
      data={[{ value: "", label: empty }, ...languages.map((l) => ({ value: l, label: languageName(w, l) }))]}
      value={value}
      error={error}
      onChange={(l) => onChange(l ?? "")}
    />
  );
}

/** The language of who calls a number, where it is not the company's. */
export function Lines({ of }: { of: QueueSettings }) {
  const w = useWords();
  const [q, setQ] = useState("");
  const digits = q.replace(/\D/g, "");
  const found = of.lines.filter(
    (l) => l.company.toLowerCase().includes(q.trim().toLowerCase()) || (digits.length > 2 && l.phone.includes(digits)),
  );
  return (
    <Panel title={w.lines}>
      <p className="quiet">{w.linesHint}</p>
      <Search q={q} onChange={setQ} all={of.lines.length} />
      {found.length === 0 && <Empty title={w.none} />}
      <ul className="queue-own">
        {found.slice(0, SHOWN).map((l) => (
          <Line key={l.line_id} of={l} languages={of.languages} />
        ))}
      </ul>
      {found.length > SHOWN && <p className="quiet">{w.more(found.length - SHOWN)}</p>}
    </Panel>
  );
}

function Line({ of, languages }: { of: QueueLine; languages: string[] }) {
  const w = useWords();
  const said = useSaid();
  const keep = useKeepLine();
  const refusal = useRefusal(keep.error);
  return (
    <li data-testid={`queue-line-${of.line_id}`}>
      <span className="grow">
        <span className="b num">{phoneOf(of.phone)}</span> <span className="t2">{of.company || w.city}</span>
      </span>
      <Language
        value={of.language}
        empty={w.asCompany}
        languages={languages}
        error={refusal.at("language")}
        onChange={(language) =>
          keep.mutate({ id: of.line_id, language }, { onSuccess: () => said(w.savedOf(phoneOf(of.phone))) })
        }
      />
      <Rest of={refusal} />
    </li>
  );
}
