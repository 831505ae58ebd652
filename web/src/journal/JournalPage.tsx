import { Button, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { ErrandStrip } from "../errands/ErrandStrip";
import { may, useMe } from "../session/session";
import { Hints, Key } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { useDensity } from "../ui/list/columns";
import { ColumnsMenu } from "../ui/list/Kept";
import { ListBody, ListNews } from "../ui/list/ListBody";
import { useFromStart } from "../ui/list/pages";
import { useLiveList } from "../ui/list/useLiveList";
import { useCount, useListQuery, useTickets } from "./api";
import { BulkBar } from "./BulkBar";
import { SET, useColumns } from "./columns";
import { ExportMenu } from "./ExportMenu";
import { Filters } from "./Filters";
import { KeptLists } from "./KeptLists";
import { PhoneList } from "./PhoneList";
import { usePicks } from "./picks";
import { Nothing, useViews } from "./views";
import { bare, without, type JournalSearch, type View } from "./search";
import { TableSkeleton, TicketTable } from "./TicketTable";
import { useWords } from "./words";
import "./journal.css";

/** The row the person came from: Esc in the card returns to it. */
const last: { id: number | null } = { id: null };

/** The journal: a table at a desk, cards on a phone. */
export function JournalPage() {
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  return narrow ? <PhoneList /> : <DeskJournal />;
}

function DeskJournal() {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const search: JournalSearch = useSearch({ from: "/signed-in/journal" });
  const view = search.view ?? "new";
  const field = useRef<HTMLInputElement>(null);
  const total = useCount(search);
  const list = useLiveList(useTickets(search), JSON.stringify(search), "ticket", last);
  const { shown, active, step } = list;
  const mayPick = may(me, "ticket.move");
  const picks = usePicks(shown, JSON.stringify(search));
  const picked = mayPick && (picks.isAll || picks.chosen.size > 0);
  const extend = (by: number) => {
    if (active === null || !mayPick) return;
    const next = step(by);
    if (next) picks.reach(active, next.id);
  };
  const go = (next: JournalSearch) => void navigate({ to: "/journal", search: next, replace: true });
  const open = (id: number) => {
    last.id = id;
    void navigate({ to: "/journal/$id", params: { id: String(id) } });
  };
  const create = () => void navigate({ to: "/journal/new" });
  useKeys({
    ...(mayPick
      ? {
          Space: (e: KeyboardEvent) => {
            if (e.target instanceof HTMLElement && e.target.closest("button, a, [role=dialog]")) e.target.click();
            else if (active !== null) picks.toggle(active, false);
          },
          "shift+ArrowDown": () => extend(1),
          "shift+ArrowUp": () => extend(-1),
          "ctrl+KeyA": () => picks.page(true),
        }
      : {}),
    ...(picked ? { Escape: picks.clear } : {}),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: (e) => {
      if (e.target instanceof HTMLElement && e.target.closest("button, a, [role=dialog]")) e.target.click();
      else if (active !== null) open(active);
    },
    Slash: () => field.current?.focus(),
    NumpadDivide: () => field.current?.focus(),
    ...(may(me, "ticket.create") ? { KeyN: create } : {}),
  });
  const withCompany = me.kind !== "company";
  const [columns, setColumns] = useColumns(withCompany);
  const [density, setDensity] = useDensity(me.user.id);
  const query = useListQuery(search);
  const fromStart = useFromStart("tickets");
  return (
    <>
      <div className="live-head col">
        <div className="row">
          <h1 className="page-title">
            {w.title} <Total count={total.data} />
          </h1>
          <KeptLists search={search} onChange={go} columns={columns} onColumns={setColumns} />
          <Views view={view} onChange={(v) => go({ ...search, view: v })} />
          <span className="grow" />
          <ExportMenu search={search} columns={columns} />
          <Link to="/errands" className="s13">
            {w.errands}
          </Link>
          {may(me, "ticket.create") && (
            <Button
              size="xs"
              leftSection={<IconPlus size={14} />}
              rightSection={<Key>N</Key>}
              onClick={create}
              className="btn-primary"
            >
              {w.newRequest}
            </Button>
          )}
        </div>
        <div className="row" style={{ minHeight: 30 }}>
          <Filters search={search} onChange={go} inputRef={field} />
          <span className="grow" />
          <ListNews list={list} arrived={w.arrived} fromStart={() => fromStart(query)} />
          <ColumnsMenu
            set={SET}
            columns={columns}
            onColumns={setColumns}
            may={(c) => c !== "company" || withCompany}
            names={w.column}
            density={density}
            onDensity={setDensity}
          />
        </div>
      </div>
      <ListBody
        list={list}
        failed={w.failed}
        skeleton={<TableSkeleton columns={columns} />}
        empty={<Nothing search={search} onDrop={() => go(bare(search))} />}
      >
        <TicketTable
          list={list}
          columns={columns}
          density={density}
          order={search.order ?? "newest"}
          onOrder={(order) => go(order === "newest" ? without(search, "order") : { ...search, order })}
          onOpen={open}
          picks={mayPick ? picks : null}
        />
      </ListBody>
      <ErrandStrip />
      {picked && <BulkBar picks={picks} search={search} total={total.data} loaded={shown.length} />}
      <Hints
        items={[
          ...(mayPick ? ([["Space", w.hint.pick]] as const) : []),
          ["↑ ↓", w.hint.move],
          ["Enter", w.hint.open],
          ["/", w.hint.search],
          ...(may(me, "ticket.create") ? ([["N", w.hint.create]] as const) : []),
        ]}
      />
    </>
  );
}

function Total({ count }: { count: { count: number; capped: boolean } | undefined }) {
  const w = useWords();
  if (!count) return null;
  return <span className="s13 t2 num total">{count.capped ? w.capped : count.count}</span>;
}

function Views({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  const w = useWords();
  const views = useViews();
  const counts = { new: useCount({ view: "new" }).data, open: useCount({ view: "open" }).data };
  return (
    <SegmentedControl
      size="xs"
      value={view}
      onChange={(v) => onChange(v as View)}
      data={views.map((v) => {
        const count = v === "new" || v === "open" ? counts[v] : undefined;
        return { value: v, label: count ? `${w.views[v]} · ${count.capped ? w.capped : count.count}` : w.views[v] };
      })}
    />
  );
}
