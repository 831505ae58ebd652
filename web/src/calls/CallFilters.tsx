import { Button, MultiSelect, Select, TextInput } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useState, type Ref } from "react";
import { House, Typed } from "../journal/Conditions";
import { useMe } from "../session/session";
import { useOperators } from "./api";
import { ABOUTS, MARKS, readCallSearch, RESULTS, type CallSearch } from "./search";
import { useWords } from "./words";

type Props = {
  search: CallSearch;
  onChange: (search: CallSearch) => void;
  /** Of the number, which is looked for most. */
  inputRef?: Ref<HTMLInputElement> | undefined;
};

/** The conditions; on a phone they are folded, so that the calls are the first thing seen. */
export function FoldedFilters(props: Props) {
  const w = useWords();
  const [isOpen, setOpen] = useState(false);
  const n = Object.keys(props.search).length;
  return (
    <div className="col">
      <div className="row">
        <Button
          variant={isOpen ? "light" : "default"}
          h={44}
          aria-expanded={isOpen}
          leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          {n > 0 ? w.conditionsOf(n) : w.conditions}
        </Button>
        {n > 0 && !isOpen && (
          <Button variant="subtle" h={44} onClick={() => props.onChange({})}>
            {w.reset}
          </Button>
        )}
      </div>
      {isOpen && <CallFilters {...props} />}
    </div>
  );
}

/** What narrows the journal; each part lives in the URL. */
export function CallFilters({ search, onChange, inputRef }: Props) {
  const w = useWords();
  const me = useMe();
  const operators = useOperators(search.company).data?.items ?? [];
  const put = (part: { [K in keyof CallSearch]?: unknown }) => onChange(readCallSearch({ ...search, ...part }));
  const one = <T extends string>(key: keyof CallSearch, label: string, all: readonly T[], words: Record<T, string>) => (
    <Select
      size="xs"
      clearable
      label={label}
      placeholder={w.any}
      data={all.map((v) => ({ value: v, label: words[v] }))}
      value={(search[key] as string | undefined) ?? null}
      onChange={(v) => put({ [key]: v })}
    />
  );
  return (
    <div className="row wrap calls-filters" role="search">
      {me.companies.length > 1 && me.kind !== "company" && (
        <Select
          size="xs"
          clearable
          searchable
          label={w.column.company}
          placeholder={w.any}
          data={me.companies.map((x) => ({ value: String(x.id), label: x.name }))}
          value={search.company ? String(search.company) : null}
          onChange={(v) => put({ company: v, operator: undefined, house: undefined })}
        />
      )}
      {one("direction", w.filter.direction, ["inbound", "outbound"], w.direction)}
      {one("result", w.column.result, RESULTS, w.result)}
      <MultiSelect
        size="xs"
        clearable
        label={w.filter.about}
        placeholder={search.about ? "" : w.any}
        data={ABOUTS.map((v) => ({ value: v, label: w.about[v] }))}
        value={search.about ?? []}
        onChange={(about) => put({ about })}
      />
      <Select
        size="xs"
        clearable
        searchable
        label={w.column.operator}
        placeholder={w.any}
        data={operators.map((o) => ({ value: String(o.id), label: o.name }))}
        value={search.operator ? String(search.operator) : null}
        onChange={(v) => put({ operator: v })}
      />
      {one("mark", w.column.mark, MARKS, w.markIs)}
      <House
        size="xs"
        company={search.company ?? me.company?.id ?? 0}
        value={search.house}
        onChange={(house) => put({ house })}
      />
      <Typed
        size="xs"
        grow
        key={`phone-${search.phone ?? ""}`}
        inputRef={inputRef}
        label={w.column.phone}
        value={search.phone}
        max={40}
        onChange={(phone) => put({ phone })}
      />
      <Typed
        size="xs"
        grow
        key={`number-${String(search.number ?? "")}`}
        label={w.column.ticket}
        value={search.number ? String(search.number) : undefined}
        max={12}
        onChange={(n) => put({ number: n?.replace(/\D/g, "") })}
      />
      {(["from", "to"] as const).map((key) => (
        <TextInput
          key={key}
          size="xs"
          type="date"
          label={w.filter[key]}
          value={search[key] ?? ""}
          onChange={(e) => put({ [key]: e.currentTarget.value })}
        />
      ))}
      <button
        type="button"
        className={search.recorded ? "chip acc press" : "chip press"}
        aria-pressed={search.recorded ?? false}
        onClick={() => put({ recorded: !search.recorded })}
      >
        {w.recorded}
      </button>
      {Object.keys(search).length > 0 && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange({})}>
          {w.reset}
        </Button>
      )}
    </div>
  );
}
