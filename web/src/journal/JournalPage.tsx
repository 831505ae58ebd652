import { Button, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { ErrandStrip } from "../errands/ErrandStrip";
import { may, useMe } from "../session/session";
import { Failed, Hints, Key } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { Late } from "../ui/Late";
import { LONG, useCount, useFromStart, useTickets } from "./api";
import { BulkBar } from "./BulkBar";
import { useColumns, useDensity } from "./columns";
import { ExportMenu } from "./ExportMenu";
import { Filters } from "./Filters";
import { useFresh, useMissed } from "./fresh";
import { ColumnsMenu, KeptMenu } from "./Kept";
import { PhoneList } from "./PhoneList";
import { usePicks } from "./picks";
import { Nothing, useViews } from "./views";
import { bare, without, type JournalSearch, type View } from "./search";
import { TableSkeleton, TicketTable } from "./TicketTable";
import { useWords } from "./words";
import "./journal.css";

/** The row the person came from: Esc in the card returns to it. */
let lastOpened: number | null = null;

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
  const [active, setActive] = useState<number | null>(lastOpened);
  const field = useRef<HTMLInputElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const inside = useRef(false);
  const list = useTickets(search);
  const total = useCount(search);
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items) ?? [], [list.data]);
  const stays = useCallback(() => (scroll.current?.scrollTop ?? 0) < 8 && !inside.current, []);
  const fresh = useFresh(list.isPlaceholderData ? [] : items, JSON.stringify(search), stays);
  const shown = list.isPlaceholderData ? items : fresh.shown;
  const mayPick = may(me, "ticket.move");
  const picks = usePicks(shown, JSON.stringify(search));
  const picked = mayPick && (picks.isAll || picks.chosen.size > 0);
  const extend = (by: number) => {
    if (active === null || !mayPick) return;
    step(by);
    const at = shown.findIndex((t) => t.id === active);
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) picks.reach(active, next.id);
  };
  const go = (next: JournalSearch) => void navigate({ to: "/journal", search: next, replace: true });
  const open = (id: number) => {
    lastOpened = id;
    void navigate({ to: "/journal/$id", params: { id: String(id) } });
  };
  const create = () => void navigate({ to: "/journal/new" });
  const step = (by: number) => {
    const at = shown.findIndex((t) => t.id === active);
    const next = shown[at === -1 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) setActive(next.id);
  };
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
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const withCompany = me.kind !== "company";
  const [columns, setColumns] = useColumns(withCompany);
  const [density, setDensity] = useDensity(me.user.id);
  const isLong = (list.data?.pages.length ?? 0) > LONG;
  const missed = useMissed(isLong, JSON.stringify(search));
  const fromStart = useFromStart();
  return (
    <>
      <div className="journal-head col">
        <div className="row">
          <h1 className="page-title">
            {w.title} <Total count={total.data} />
          </h1>
          <KeptMenu search={search} onChange={go} columns={columns} onColumns={setColumns} />
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
          {missed.is && (
            <button
              type="button"
              className="chip acc press"
              onClick={() => {
                scroll.current?.scrollTo({ top: 0 });
                missed.forget();
                fromStart(search, me.zone);
              }}
            >
              {w.longList}
            </button>
          )}
          <ColumnsMenu
            columns={columns}
            onColumns={setColumns}
            withCompany={withCompany}
            density={density}
            onDensity={setDensity}
          />
          {fresh.waiting > 0 && (
            <button
              type="button"
              className="chip acc press"
              onClick={() => {
                scroll.current?.scrollTo({ top: 0 });
                fresh.reveal();
              }}
            >
              {w.arrived(fresh.waiting)}
            </button>
          )}
        </div>
      </div>
      <div
        className="journal-list"
        ref={scroll}
        onPointerEnter={() => (inside.current = true)}
        onPointerLeave={() => (inside.current = false)}
      >
        {list.isError && !list.data ? (
          <Failed error={list.error} title={w.failed} retry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Late>
            <TableSkeleton columns={columns} />
          </Late>
        ) : shown.length === 0 ? (
          <Nothing search={search} onDrop={() => go(bare(search))} />
        ) : (
          <TicketTable
            items={shown}
            active={active}
            flash={fresh.flash}
            columns={columns}
            density={density}
            order={search.order ?? "newest"}
            onOrder={(order) => go(order === "newest" ? without(search, "order") : { ...search, order })}
            scroll={scroll}
            onOpen={open}
            onActive={setActive}
            onEnd={onEnd}
            picks={mayPick ? picks : null}
            footer={
              <div className="quiet" style={{ padding: "8px 16px" }}>
                {hasNextPage ? w.more : w.end(shown.length)}
              </div>
            }
          />
        )}
      </div>
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
