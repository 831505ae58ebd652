import { Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import type { CallRow } from "../api/types";
import { may, useMe } from "../session/session";
import { Empty, Hints } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { useDensity } from "../ui/list/columns";
import { ColumnsMenu, KeptMenu } from "../ui/list/Kept";
import { ListBody, ListEnd, ListNews, ListState } from "../ui/list/ListBody";
import { useFromStart } from "../ui/list/pages";
import { useLiveList, type LiveList } from "../ui/list/useLiveList";
import { VirtualCards } from "../ui/list/VirtualTable";
import { useCallCount, useCalls } from "./api";
import { CallFilters, FoldedFilters } from "./CallFilters";
import { CallCard, CallSkeleton, CallTable } from "./CallTable";
import { SET, useColumns, type Column } from "./columns";
import { callQuery, readCallSearch, searchOf, viewOf, VIEWS, type CallSearch, type View } from "./search";
import { useWords } from "./words";
import "../journal/journal.css";
import "./calls.css";

/** The row the person came from: Esc in the call returns to it. */
const last: { id: number | null } = { id: null };

/** Every call (L1): a table at a desk, cards on a phone; what narrows the list is in the URL. */
export function CallsPage() {
  const navigate = useNavigate();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const search: CallSearch = useSearch({ from: "/signed-in/calls" });
  const list = useLiveList(useCalls(search), JSON.stringify(search), "call", last);
  const go = (next: CallSearch) => void navigate({ to: "/calls", search: next, replace: true });
  const props = { list, search, onChange: go };
  return narrow ? <ByThumb {...props} /> : <AtDesk {...props} />;
}

function NoCalls({ search }: { search: CallSearch }) {
  const w = useWords();
  if (viewOf(search) === "all") return <Empty title={w.noneYet}>{w.noneYetMore}</Empty>;
  return <Empty title={w.empty}>{w.emptyMore}</Empty>;
}

type Props = { list: LiveList<CallRow>; search: CallSearch; onChange: (search: CallSearch) => void };

function AtDesk({ list, search, onChange }: Props) {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [columns, setColumns] = useColumns(me.kind !== "company");
  const [density, setDensity] = useDensity(me.user.id);
  const open = (id: number) => {
    last.id = id;
    void navigate({ to: "/calls/$id", params: { id: String(id) } });
  };
  useKeys({
    Slash: () => field.current?.focus(),
    NumpadDivide: () => field.current?.focus(),
    ArrowDown: () => list.step(1),
    ArrowUp: () => list.step(-1),
    Enter: (e) => {
      if (e.target instanceof HTMLElement && e.target.closest("button, a, [role=dialog]")) e.target.click();
      else if (list.active !== null) open(list.active);
    },
  });
  return (
    <>
      <div className="live-head col" data-testid="calls">
        <div className="row wrap">
          <Title search={search} />
          <Kept search={search} onChange={onChange} columns={columns} onColumns={setColumns} />
          <Views search={search} onChange={onChange} />
          <span className="grow" />
          <News list={list} search={search} />
          <ColumnsMenu
            set={SET}
            columns={columns}
            onColumns={setColumns}
            may={(c) => c !== "company" || me.kind !== "company"}
            names={w.column}
            density={density}
            onDensity={setDensity}
          />
        </div>
        <CallFilters search={search} onChange={onChange} inputRef={field} />
      </div>
      <ListBody
        list={list}
        failed={w.failed}
        skeleton={<CallSkeleton columns={columns} />}
        empty={<NoCalls search={search} />}
      >
        <CallTable list={list} columns={columns} density={density} onOpen={open} />
      </ListBody>
      <Hints
        items={[
          ["↑ ↓", w.hint.move],
          ["Enter", w.hint.open],
          ["/", w.hint.search],
        ]}
      />
    </>
  );
}

function ByThumb({ list, search, onChange }: Props) {
  const w = useWords();
  const me = useMe();
  const [columns, setColumns] = useColumns(me.kind !== "company");
  return (
    <div className="calls" data-testid="calls" ref={list.scroll}>
      <div className="row">
        <Title search={search} />
        <span className="grow" />
        <Kept search={search} onChange={onChange} columns={columns} onColumns={setColumns} />
      </div>
      <Views search={search} onChange={onChange} />
      <FoldedFilters search={search} onChange={onChange} />
      <News list={list} search={search} />
      <ListState
        list={list}
        failed={w.failed}
        skeleton={<Skeleton h={160} animate={false} />}
        empty={<NoCalls search={search} />}
      >
        <VirtualCards
          list={list}
          tall={112}
          card={(c) => <CallCard call={c} />}
          footer={<ListEnd list={list} end={w.end} />}
        />
      </ListState>
    </div>
  );
}

function Title({ search }: { search: CallSearch }) {
  const w = useWords();
  const total = useCallCount(search).data;
  return (
    <h1 className="page-title">
      {w.title} {total && <span className="s13 t2 num total">{total.capped ? w.capped : total.count}</span>}
    </h1>
  );
}

function News({ list, search }: Pick<Props, "list" | "search">) {
  const w = useWords();
  const { zone } = useMe();
  const fromStart = useFromStart("calls");
  return <ListNews list={list} arrived={w.arrived} fromStart={() => fromStart(callQuery(search, zone))} />;
}

type KeptProps = Omit<Props, "list"> & {
  columns: readonly Column[];
  onColumns: (columns: readonly Column[]) => void;
};

function Kept({ search, onChange, columns, onColumns }: KeptProps) {
  const w = useWords();
  const me = useMe();
  const { stringifySearch, parseSearch } = useRouter().options;
  const only = me.companies.length === 1 ? me.companies[0]?.id : undefined;
  return (
    <KeptMenu
      of="call"
      company={me.company?.id ?? search.company ?? only ?? 0}
      query={stringifySearch?.(search).replace(/^\?/, "") ?? ""}
      onQuery={(text) => onChange(readCallSearch(parseSearch?.(text) ?? {}))}
      onCompany={(company) => onChange({ ...search, company })}
      set={SET}
      columns={columns}
      onColumns={onColumns}
      about={{ ofCompany: w.ofCompany, nameHint: w.keptHint }}
    />
  );
}

function Views({ search, onChange }: Omit<Props, "list">) {
  const w = useWords();
  const me = useMe();
  const of = (v: View) => ({ ...searchOf(v), ...(search.company ? { company: search.company } : {}) });
  const lost = useCallCount(of("lost")).data;
  const cases = useCallCount(of("cases")).data;
  const chosen = viewOf(search);
  const views = (Object.keys(VIEWS) as View[]).filter(
    (v) => v !== "marked" || me.kind === "company" || may(me, "desk.work"),
  );
  const counts: Partial<Record<View, typeof lost>> = { lost, cases };
  return (
    <div className="row wrap" role="group" aria-label={w.title}>
      {views.map((v) => {
        const n = counts[v];
        return (
          <button
            key={v}
            type="button"
            className={v === chosen ? "chip acc press" : "chip press"}
            aria-pressed={v === chosen}
            onClick={() => onChange(of(v))}
          >
            {w.views[v]}
            {n && <span className="num"> · {n.capped ? w.capped : n.count}</span>}
          </button>
        );
      })}
    </div>
  );
}
