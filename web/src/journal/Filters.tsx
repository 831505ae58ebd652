import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconChevronDown, IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useState, type Ref } from "react";
import { Key } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { isFiltered, KINDS, STATUSES, type JournalSearch } from "./search";
import { useWords } from "./words";

type Props = {
  search: JournalSearch;
  onChange: (search: JournalSearch) => void;
  inputRef?: Ref<HTMLInputElement> | undefined;
};

/** The search and the conditions; they live in the URL, so a link shows the same list. */
export function Filters({ search, onChange, inputRef }: Props) {
  const w = useWords();
  const c = useCommon();
  return (
    <div className="row wrap" style={{ gap: 6 }} role="search">
      <SearchField search={search} onChange={onChange} inputRef={inputRef} />
      <Several
        name={w.filter.status}
        all={STATUSES}
        words={c.status}
        chosen={search.status ?? []}
        onChange={(status) => onChange(change(search, "status", status))}
      />
      <Several
        name={w.filter.kind}
        all={KINDS}
        words={c.kind}
        chosen={search.kind ?? []}
        onChange={(kind) => onChange(change(search, "kind", kind))}
      />
      <button
        type="button"
        className={search.overdue ? "chip acc press" : "chip press"}
        aria-pressed={search.overdue ?? false}
        onClick={() => {
          const { overdue, ...rest } = search;
          onChange(overdue ? rest : { ...rest, overdue: true });
        }}
      >
        {w.filter.overdue}
        {search.overdue && <IconX size={13} aria-hidden />}
      </button>
      {isFiltered(search) && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange(search.view ? { view: search.view } : {})}>
          {w.filter.reset}
        </Button>
      )}
    </div>
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
  all: readonly T[];
  words: Readonly<Record<T, string>>;
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
};

function Several<T extends string>({ name, all, words, chosen, onChange }: SeveralProps<T>) {
  const w = useWords();
  const text = chosen.length
    ? `${name}: ${chosen.map((one) => words[one].toLowerCase()).join(", ")}`
    : w.filter.any(name);
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
