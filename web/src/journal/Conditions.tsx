import { Button, Drawer, MultiSelect, Select, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState, type Ref } from "react";
import { useMe } from "../session/session";
import { useAddressSearch, useBuilding } from "../request/search";
import { dateOf } from "../time/format";
import { useNow } from "../time/clock";
import { useWords as useCommon } from "../ui/words";
import { useChoices, useCompanyOf, type Choices } from "./api";
import { ORDERS, SOURCES, without, type Condition, type JournalSearch, type Order } from "./search";
import { useWords } from "./words";

type Props = { search: JournalSearch; onChange: (search: JournalSearch) => void };

/** Those without a chip of their own beside the search. */
const SHOWN = [
  "company",
  "house",
  "unit",
  "group",
  "address",
  "reason",
  "executor",
  "responsible",
  "tag",
  "source",
  "phone",
  "postponed",
  "number",
  "from",
  "to",
  "due_from",
  "due_to",
] as const satisfies readonly Condition[];

/** Every other condition that narrows the list, each with its way out. */
export function ConditionChips({ search, onChange }: Props) {
  const w = useWords();
  const say = useSaying(search);
  return SHOWN.filter((key) => search[key] !== undefined).map((key) => (
    <span key={key} className="chip acc" style={{ paddingRight: 2 }}>
      <span className="ell" style={{ maxWidth: 260 }}>{`${w.filter[key]}: ${say(key)}`}</span>
      <button
        type="button"
        className="bare drop"
        aria-label={w.filter.drop(w.filter[key])}
        onClick={() => onChange(without(search, key))}
      >
        <IconX size={13} aria-hidden />
      </button>
    </span>
  ));
}

function useSaying(search: JournalSearch): (key: (typeof SHOWN)[number]) => string {
  const c = useCommon();
  const me = useMe();
  const now = useNow();
  const company = useCompanyOf(search);
  const choices = useChoices(
    company,
    SHOWN.some((k) => search[k] !== undefined),
  ).data;
  const house = useBuilding(search.house ?? null).data;
  const nameIn = (of: readonly { id: number; name: string }[] | undefined, id: number | undefined) =>
    of?.find((x) => x.id === id)?.name ?? String(id);
  const day = (iso: string | undefined) => (iso ? dateOf(`${iso}T12:00:00Z`, "UTC", now) : "");
  return (key) => {
    switch (key) {
      case "company":
        return nameIn(me.companies, search.company);
      case "house":
        return house ? `${house.street}, ${house.house}` : String(search.house);
      case "group":
        return nameIn(choices?.groups, search.group);
      case "reason":
        return nameIn(choices?.reasons, search.reason);
      case "executor":
        return nameIn(choices?.executors, search.executor);
      case "responsible":
        return nameIn(choices?.executors, search.responsible);
      case "tag":
        return (search.tag ?? []).map((t) => nameIn(choices?.tags, t)).join(", ");
      case "source":
        return (search.source ?? []).map((s) => c.source[s]).join(", ");
      case "from":
      case "to":
      case "due_from":
      case "due_to":
        return day(search[key]);
      default:
        return String(search[key]);
    }
  };
}

/** The other conditions and the order. They are put into the URL at once; the list behind follows. */
export function ConditionsDrawer({ search, onChange, onClose }: Props & { onClose: () => void }) {
  const w = useWords();
  const me = useMe();
  const company = useCompanyOf(search);
  const choices = useChoices(company).data;
  const put = (part: Partial<Record<keyof JournalSearch, unknown>>) => {
    const next: Record<string, unknown> = { ...search, ...part };
    for (const key of Object.keys(next)) {
      const value = next[key];
      if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) delete next[key];
    }
    onChange(next as JournalSearch); // each part has the type of its key
  };
  return (
    <Drawer opened onClose={onClose} position="right" size={420} title={w.filter.more}>
      <div className="col" style={{ gap: 12 }}>
        <Select
          label={w.filter.order}
          data={ORDERS.map((o) => ({ value: o, label: w.filter.orders[o] }))}
          value={search.order ?? "newest"}
          allowDeselect={false}
          onChange={(o) => put({ order: o === "newest" ? undefined : (o as Order) })}
        />
        {me.kind !== "company" && (
          <Select
            label={w.filter.company}
            placeholder={w.filter.anyOne}
            clearable
            searchable
            data={me.companies.map((x) => ({ value: String(x.id), label: x.name }))}
            value={search.company ? String(search.company) : null}
            onChange={(x) =>
              put({
                company: x ? Number(x) : undefined,
                group: undefined,
                reason: undefined,
                executor: undefined,
                responsible: undefined,
                tag: undefined,
              })
            }
          />
        )}
        <House company={company} value={search.house} onChange={(house) => put({ house })} />
        <div className="row" style={{ alignItems: "flex-end" }}>
          <Typed
            label={w.filter.address}
            value={search.address}
            max={200}
            onChange={(address) => put({ address })}
            grow
          />
          <Typed label={w.filter.unit} value={search.unit} max={20} onChange={(unit) => put({ unit })} />
        </div>
        <Known company={company} choices={choices} search={search} put={put} />
        <Sources search={search} put={put} />
        <div className="row" style={{ alignItems: "flex-end" }}>
          <Typed label={w.filter.phone} value={search.phone} max={40} onChange={(phone) => put({ phone })} grow />
          <Typed
            label={w.filter.number}
            value={search.number ? String(search.number) : undefined}
            max={12}
            onChange={(n) => put({ number: Number(n?.replace(/\D/g, "")) || undefined })}
          />
        </div>
        {(
          [
            ["from", "to"],
            ["due_from", "due_to"],
          ] as const
        ).map(([a, b]) => (
          <div className="row" key={a}>
            {[a, b].map((key) => (
              <TextInput
                key={key}
                type="date"
                className="grow"
                label={w.filter[key as "from"]}
                value={search[key as "from"] ?? ""}
                onChange={(e) => put({ [key]: e.currentTarget.value })}
              />
            ))}
          </div>
        ))}
        <Button onClick={onClose}>{w.filter.show}</Button>
      </div>
    </Drawer>
  );
}

type Put = (part: Partial<Record<keyof JournalSearch, unknown>>) => void;

function Known({
  company,
  choices,
  search,
  put,
}: {
  company: number;
  choices: Choices | undefined;
  search: JournalSearch;
  put: Put;
}) {
  const w = useWords();
  const one = (key: "group" | "reason" | "executor" | "responsible", of: Choices["executors"] | undefined) => (
    <Select
      key={key}
      label={w.filter[key]}
      placeholder={company ? w.filter.anyOne : w.filter.companyFirst}
      disabled={!company}
      clearable
      searchable
      nothingFoundMessage={w.filter.none}
      data={(of ?? []).map((x) => ({ value: String(x.id), label: x.name }))}
      value={search[key] ? String(search[key]) : null}
      onChange={(x) => put({ [key]: x ? Number(x) : undefined })}
    />
  );
  return (
    <>
      {one("group", choices?.groups)}
      {one("reason", choices?.reasons)}
      {one("executor", choices?.executors)}
      {one("responsible", choices?.executors)}
      <MultiSelect
        label={w.filter.tag}
        placeholder={company ? undefined : w.filter.companyFirst}
        disabled={!company}
        clearable
        searchable
        nothingFoundMessage={w.filter.none}
        data={(choices?.tags ?? []).map((x) => ({ value: String(x.id), label: x.name }))}
        value={(search.tag ?? []).map(String)}
        onChange={(xs) => put({ tag: xs.map(Number) })}
      />
    </>
  );
}

function Sources({ search, put }: { search: JournalSearch; put: Put }) {
  const w = useWords();
  const c = useCommon();
  return (
    <MultiSelect
      label={w.filter.source}
      clearable
      data={SOURCES.map((s) => ({ value: s, label: c.source[s] }))}
      value={search.source ?? []}
      onChange={(source) => put({ source })}
    />
  );
}

export function House({
  company,
  value,
  onChange,
  size = "sm",
}: {
  company: number;
  value: number | undefined;
  onChange: (id: number | undefined) => void;
  size?: "xs" | "sm";
}) {
  const w = useWords();
  const [typed, setTyped] = useState("");
  const found = useAddressSearch(typed, company);
  const house = useBuilding(value ?? null).data;
  const name = house && `${house.street}, ${house.house}`;
  const items = found.items.map((b) => ({ value: String(b.id), label: `${b.street}, ${b.house}` }));
  const known = value && name && !items.some((i) => i.value === String(value));
  return (
    <Select
      size={size}
      label={w.filter.house}
      placeholder={w.filter.houseHint}
      clearable
      searchable
      filter={({ options }) => options}
      data={known ? [{ value: String(value), label: name }, ...items] : items}
      searchValue={typed}
      onSearchChange={setTyped}
      value={value ? String(value) : null}
      onChange={(x) => onChange(x ? Number(x) : undefined)}
      nothingFoundMessage={found.isSettled ? w.filter.none : undefined}
    />
  );
}

/** A text that is put when the person has finished it: at Enter and when he leaves the field. */
export function Typed({
  label,
  value = "",
  max,
  grow = false,
  onChange,
  inputRef,
  size = "sm",
}: {
  label: string;
  value?: string | undefined;
  max: number;
  grow?: boolean;
  onChange: (text: string | undefined) => void;
  inputRef?: Ref<HTMLInputElement> | undefined;
  size?: "xs" | "sm";
}) {
  const [typed, setTyped] = useState(value);
  const send = () => {
    if (typed.trim() !== value) onChange(typed.trim() || undefined);
  };
  return (
    <TextInput
      ref={inputRef}
      size={size}
      label={label}
      className={grow ? "grow" : undefined}
      w={grow ? undefined : 110}
      maxLength={max}
      value={typed}
      onChange={(e) => setTyped(e.currentTarget.value)}
      onBlur={send}
      onKeyDown={(e) => {
        if (e.key === "Enter") send();
      }}
    />
  );
}
