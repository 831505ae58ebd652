import { Button, Select, TextInput } from "@mantine/core";
import { useMemo, useRef, type KeyboardEvent } from "react";
import { Empty } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import type { Kind, Row } from "./api";
import { byCategory, filtered } from "./draft";
import type { ReasonsSearch, Show } from "./search";
import { useWords } from "./words";

type Props = {
  rows: readonly Row[];
  search: ReasonsSearch;
  onSearch: (next: ReasonsSearch) => void;
  onPick: (id: number) => void;
};

/** Category, then reasons; what is the company's own, changed, laxer than the law is said in words. */
export function Tree({ rows, search, onSearch, onPick }: Props) {
  const w = useWords();
  const c = useCommon();
  const shown = useMemo(() => filtered(rows, search), [rows, search]);
  const list = useRef<HTMLElement>(null);
  const set = <K extends keyof ReasonsSearch>(key: K, value: ReasonsSearch[K] | undefined) => {
    const next = { ...search };
    delete next[key];
    onSearch(value === undefined || value === "" ? next : { ...next, [key]: value });
  };
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...(list.current?.querySelectorAll<HTMLButtonElement>(".rs-row") ?? [])];
    const next = all[all.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <aside className="rs-tree">
      <div className="rs-filters" role="search">
        <TextInput
          aria-label={w.search}
          placeholder={w.search}
          size="xs"
          maxLength={100}
          value={search.q ?? ""}
          onChange={(e) => set("q", e.currentTarget.value)}
        />
        <div className="row">
          <Select
            aria-label={w.kind}
            className="grow"
            size="xs"
            clearable
            placeholder={w.anyKind}
            data={(["emergency", "planned", "paid", "consultation"] as const).map((k) => ({
              value: k,
              label: c.kind[k],
            }))}
            value={search.kind ?? null}
            onChange={(k) => set("kind", (k ?? undefined) as Kind | undefined)} // its data are the kinds
          />
          <Select
            aria-label={w.show.all}
            className="grow"
            size="xs"
            clearable
            placeholder={w.show.all}
            data={(["own", "changed", "laxer", "archived"] as const).map((s) => ({ value: s, label: w.show[s] }))}
            value={search.show ?? null}
            onChange={(s) => set("show", (s ?? undefined) as Show | undefined)} // its data are the filters
          />
        </div>
        <span className="s12 t2">{w.count(shown.length)}</span>
      </div>
      <nav aria-label={w.tree} ref={list} onKeyDown={move} className="rs-list">
        {byCategory(shown).map(([category, reasons]) => (
          <section key={category}>
            <h3 className="sect">{category}</h3>
            {reasons.map((r) => (
              <button
                type="button"
                key={r.id}
                className="rs-row"
                aria-current={r.id === search.id ? "true" : undefined}
                onClick={() => onPick(r.id)}
              >
                <KindSign kind={r.kind} />
                <span className="grow">{r.name}</span>
                <Marks row={r} />
              </button>
            ))}
          </section>
        ))}
        {shown.length === 0 && (
          <Empty
            title={w.nothing}
            action={
              <Button size="xs" variant="default" onClick={() => onSearch(search.id ? { id: search.id } : {})}>
                {w.reset}
              </Button>
            }
          />
        )}
      </nav>
    </aside>
  );
}

function Marks({ row }: { row: Row }) {
  const w = useWords();
  const said = [row.is_own && w.own, row.differs.length > 0 && w.changed].filter(Boolean).join(", ");
  return (
    <span className="s12 nw rs-marks">
      {said && <span className="t2">{said}</span>}
      {row.is_laxer && <span className="rs-laxer">{w.laxer}</span>}
    </span>
  );
}
