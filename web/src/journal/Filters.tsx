import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconChevronDown, IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useState, type ReactNode, type Ref } from "react";
import { Key } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { ConditionChips, ConditionsDrawer } from "./Conditions";
import { bare, isFiltered, KINDS, STATUSES, without, type JournalSearch } from "./search";
import { UnreadFlag } from "./Unread";
import { useWords } from "./words";

type Props = {
  search: JournalSearch;
  onChange: (search: JournalSearch) => void;
  inputRef?: Ref<HTMLInputElement> | undefined;
  /** What stands before the conditions. */
  lead?: ReactNode;
};

/** The search and the conditions; they live in the URL, so a link shows the same list. */
export function Filters({ search, onChange, inputRef, lead }: Props) {
  const w = useWords();
  const c = useCommon();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="row wrap" style={{ gap: 6 }} role="search">
      <SearchField search={search} onChange={onChange} inputRef={inputRef} />
      <div className="filter-chips">
        {lead}
        <Several
          name={w.filter.status}
          any={w.filter.anyOf.status}
          all={STATUSES}
          words={c.status}
          chosen={search.status ?? []}
          onChange={(status) => onChange(change(search, "status", status))}
        />
        <Several
          name={w.filter.kind}
          any={w.filter.anyOf.kind}
          all={KINDS}
          words={c.kind}
          chosen={search.kind ?? []}
          onChange={(kind) => onChange(change(search, "kind", kind))}
        />
        <Flag name="overdue" search={search} onChange={onChange} />
        <Flag name="soon" search={search} onChange={onChange} />
        <UnreadFlag search={search} onChange={onChange} />
        <ConditionChips search={search} onChange={onChange} />
        <button type="button" className="chip press" onClick={() => setOpen(true)}>
          <IconAdjustmentsHorizontal size={13} aria-hidden />
          {w.filter.more}
        </button>
        {isFiltered(search) && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(bare(search))}>
            {w.filter.reset}
          </Button>
        )}
      </div>
      {isOpen && <ConditionsDrawer search={search} onChange={onChange} onClose={() => setOpen(false)} />}
    </div>
  );
}

function Flag({ name, search, onChange }: Props & { name: "overdue" | "soon" }) {
  const w = useWords();
  const on = search[name] ?? false;
  return (
    <button
      type="button"
      className={on ? "chip acc press" : "chip press"}
      aria-pressed={on}
      onClick={() => onChange(on ? without(search, name) : { ...search, [name]: true })}
    >
      {w.filter[name]}
      {on && <IconX size={13} aria-hidden />}
    </button>
  );
}

function change<K extends "status" | "kind">(search: JournalSearch, key: K, value: JournalSearch[K]): JournalSearch {
  const { [key]: _, ...rest } = search;
  return (value?.length ? { ...rest, [key]: value } : rest) as JournalSearch; // TS loses the key in a computed property
}

function SearchField({ search, onChange, inputRef }: Props) {
  const w = useWords();
  const [typed, setTyped] = useState(search.q ?? "");
  const [sent, setSent] = useState(search.q ?? "");
  if ((search.q ?? "") !== sent) {
    // The URL was changed from outside (Back, "reset"): the field follows it.
    setSent(search.q ?? "");
    setTyped(search.q ?? "");
  }
  const send = useDebouncedCallback((q: string) => {
    const { q: _, ...rest } = search;
    setSent(q.trim() ? q : "");
    onChange(q.trim() ? { ...rest, q } : rest);
  }, 250);
  useEffect(() => () => send.cancel(), [send]);
  const set = (q: string) => {
    setTyped(q);
    send(q);
  };
  return (
    <TextInput
      ref={inputRef}
      size="xs"
      className="journal-search"
      type="search"
      aria-label={w.search}
      placeholder={w.search}
      value={typed}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={<Key>/</Key>}
      onChange={(e) => set(e.currentTarget.value)}
      onKeyDown={(e) => {
        if (e.key === "Escape") {
          if (typed) set("");
          else e.currentTarget.blur();
        }
      }}
    />
  );
}

type SeveralProps<T extends string> = {
  name: string;
  any: string;
  all: readonly T[];
  words: Readonly<Record<T, string>>;
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
};

function Several<T extends string>({ name, any, all, words, chosen, onChange }: SeveralProps<T>) {
  const w = useWords();
  const text = chosen.length ? `${name}: ${chosen.map((one) => words[one].toLowerCase()).join(", ")}` : any;
  return (
    <span className={chosen.length ? "chip acc" : "chip"} style={{ paddingRight: chosen.length ? 2 : 7 }}>
      <Popover position="bottom-start" shadow="md" trapFocus>
        <Popover.Target>
          <button type="button" className="bare row" style={{ gap: 4 }}>
            <span className="ell" style={{ maxWidth: 260 }}>
              {text}
            </span>
            {chosen.length === 0 && <IconChevronDown size={13} aria-hidden />}
          </button>
        </Popover.Target>
        <Popover.Dropdown p={12}>
          <div className="col" role="group" aria-label={name}>
            {all.map((one) => (
              <Checkbox
                key={one}
                size="xs"
                label={words[one]}
                checked={chosen.includes(one)}
                onChange={(e) =>
                  onChange(
                    e.currentTarget.checked
                      ? all.filter((a) => a === one || chosen.includes(a))
                      : chosen.filter((a) => a !== one),
                  )
                }
              />
            ))}
          </div>
        </Popover.Dropdown>
      </Popover>
      {chosen.length > 0 && (
        <button type="button" className="bare drop" aria-label={w.filter.drop(name)} onClick={() => onChange([])}>
          <IconX size={13} aria-hidden />
        </button>
      )}
    </span>
  );
}
