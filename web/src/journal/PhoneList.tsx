import { Button, Skeleton } from "@mantine/core";
import { IconClock, IconPlus } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { TicketRow } from "../api/types";
import { after } from "../offline/deed";
import { useDeeds } from "../offline/useOutbox";
import { useWords as useOffline } from "../offline/words";
import { ErrandStrip } from "../errands/ErrandStrip";
import { may, roleOf, useMe } from "../session/session";
import { numberOf } from "../time/format";
import { Empty, Failed } from "../ui/blocks";
import { KindMark, kindBar } from "../ui/Kind";
import { Looking } from "../ui/list/ListBody";
import { isLooking } from "../ui/list/pages";
import { useWords as useCommon } from "../ui/words";
import { useBeforehand, useCount, useTickets } from "./api";
import { BulkBar } from "./BulkBar";
import { useColumns, USUAL } from "./columns";
import { Deadline } from "./Deadline";
import { ExportMenu } from "./ExportMenu";
import { Filters } from "./Filters";
import { KeptLists } from "./KeptLists";
import { Excerpt, Marked } from "./Marked";
import { usePicks, type Picks } from "./picks";
import { Nothing, useViews } from "./views";
import { bare, type JournalSearch } from "./search";
import { Tags } from "./TicketTable";
import { UnreadMark } from "./Unread";
import { useWords } from "./words";

/** The journal on a phone: cards by thumb. An executor sees first what waits for his answer, then his work. */
export function PhoneList() {
  const me = useMe();
  const role = roleOf(me);
  return role === "executor" || role === "contractor" ? <OwnList /> : <CompanyList />;
}

function OwnList() {
  const w = useWords();
  const list = useTickets({ view: "open" });
  const deeds = useDeeds();
  const fetched = useMemo(() => list.data?.pages.flatMap((p) => p.items) ?? [], [list.data]);
  useBeforehand(fetched);
  const items = fetched.map((t) => after(t, deeds));
  const waits = byDue(items.filter((t) => t.status === "new"));
  const works = byDue(items.filter((t) => t.status !== "new"));
  return (
    <div className="ph-app">
      <div className="ph-top">
        <h1 className="page-title">{w.phone.mine}</h1>
      </div>
      <div className="ph-body">
        <ListState list={list} empty={<Empty title={w.phone.none}>{w.phone.noneMore}</Empty>} count={items.length}>
          {waits.length > 0 && <div className="sect">{w.phone.waits}</div>}
          {waits.map((t) => (
            <Card key={t.id} ticket={t} />
          ))}
          {works.length > 0 && <div className="sect">{w.phone.works}</div>}
          {works.map((t) => (
            <Card key={t.id} ticket={t} />
          ))}
          <More list={list} />
        </ListState>
      </div>
    </div>
  );
}

function CompanyList() {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const search: JournalSearch = useSearch({ from: "/signed-in/journal" });
  const view = search.view ?? "new";
  const views = useViews();
  const list = useTickets(search);
  const fresh = useCount({ view: "new" }).data;
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const go = (next: JournalSearch) => void navigate({ to: "/journal", search: next, replace: true });
  const [columns, setColumns] = useColumns(me.kind !== "company");
  const [isPicking, setPicking] = useState(false);
  const picks = usePicks(items, JSON.stringify(search));
  const total = useCount(search, isPicking).data;
  const picking = isPicking ? picks : undefined;
  return (
    <div className="ph-app">
      <div className="ph-top row">
        <h1 className="page-title grow">{w.title}</h1>
        {!isPicking && (
          <Link to="/errands" className="s13">
            {w.errands}
          </Link>
        )}
        {may(me, "ticket.move") && (
          <Button
            h={44}
            px={12}
            variant={isPicking ? "light" : "default"}
            aria-pressed={isPicking}
            onClick={() => {
              picks.clear();
              setPicking(!isPicking);
            }}
          >
            {isPicking ? w.bulk.selectEnd : w.bulk.select}
          </Button>
        )}
        {may(me, "ticket.create") && !isPicking && (
          <Button
            h={44}
            px={12}
            leftSection={<IconPlus size={18} />}
            aria-label={w.newRequest}
            onClick={() => void navigate({ to: "/journal/new" })}
          >
            {w.phone.create}
          </Button>
        )}
      </div>
      <div className="ph-top ph-views">
        {views.map((v) => (
          <Button
            key={v}
            h={44}
            px={12}
            variant={v === view ? "light" : "default"}
            aria-pressed={v === view}
            onClick={() => go({ ...search, view: v })}
          >
            {v === "new" && fresh ? `${w.views[v]} · ${fresh.capped ? w.capped : fresh.count}` : w.views[v]}
          </Button>
        ))}
        <span className="grow" />
        <ExportMenu search={search} columns={USUAL} big />
      </div>
      <div className="ph-top">
        <Filters
          search={search}
          onChange={go}
          lead={<KeptLists search={search} onChange={go} columns={columns} onColumns={setColumns} />}
        />
      </div>
      <div className="ph-body">
        <ListState list={list} empty={<Nothing search={search} onDrop={() => go(bare(search))} />} count={items.length}>
          {items.map((t) => (
            <Card key={t.id} ticket={t} {...(picking ? { picks: picking } : {})} />
          ))}
          <More list={list} />
        </ListState>
      </div>
      <ErrandStrip />
      {picking && (picking.isAll || picking.chosen.size > 0) && (
        <BulkBar picks={picking} search={search} total={total} loaded={items.length} />
      )}
    </div>
  );
}

type List = ReturnType<typeof useTickets>;

function ListState({
  list,
  empty,
  count,
  children,
}: {
  list: List;
  empty: React.ReactNode;
  count: number;
  children: React.ReactNode;
}) {
  const w = useWords();
  if (list.isError && !list.data)
    return <Failed error={list.error} title={w.failed} retry={() => void list.refetch()} />;
  if (list.isPending) {
    return (
      <div className="col" aria-busy>
        {[1, 2, 3].map((i) => (
          <Skeleton key={i} h={104} animate={false} />
        ))}
      </div>
    );
  }
  if (count > 0) return children;
  if (list.isFetchNextPageError)
    return <Failed error={list.error} title={w.failed} retry={() => void list.fetchNextPage()} />;
  return isLooking(list) ? <Looking /> : empty;
}

function More({ list }: { list: List }) {
  const w = useWords();
  if (!list.hasNextPage) return null;
  if (isLooking(list) && !list.isFetchNextPageError) return <Looking />;
  return (
    <Button variant="default" h={48} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {w.more}
    </Button>
  );
}

function Card({ ticket: t, picks }: { ticket: TicketRow; picks?: Picks }) {
  const w = useWords();
  if (picks) {
    return (
      <label className="pcard pcard-pick" style={kindBar(t.kind)}>
        <input
          type="checkbox"
          aria-label={w.bulk.pick(numberOf(t.number))}
          checked={picks.isAll || picks.chosen.has(t.id)}
          onChange={() => picks.toggle(t.id, false)}
        />
        <span className="grow">
          <CardFacts ticket={t} />
        </span>
      </label>
    );
  }
  return (
    <Link className="pcard plain" style={kindBar(t.kind)} to="/journal/$id" params={{ id: String(t.id) }}>
      <CardFacts ticket={t} />
    </Link>
  );
}

function CardFacts({ ticket }: { ticket: TicketRow }) {
  const c = useCommon();
  const o = useOffline();
  const deeds = useDeeds(ticket.id).filter((d) => !d.refused);
  const t = after(ticket, deeds);
  return (
    <>
      <div className="row wrap">
        <KindMark kind={t.kind} />
        <UnreadMark n={t.unread} />
        <span className="grow" />
        <span className="row s13" style={{ gap: 4 }}>
          {t.kind !== "emergency" && !t.overdue && <IconClock size={16} aria-hidden className="t3" />}
          <Deadline ticket={t} />
        </span>
      </div>
      <div className="b pcard-address">
        <Marked text={t.address} found={t.found} />
      </div>
      <div>
        <Marked text={t.reason_name} found={t.found} />
      </div>
      <Excerpt found={t.found} />
      <div className="s13 t2">
        {c.number(numberOf(t.number))} · {c.status[t.status].toLowerCase()}
        {t.executor && (
          <>
            {" "}
            · <bdi>{t.executor.name}</bdi>
          </>
        )}
      </div>
      {deeds.length > 0 && (
        <span className="chip" style={{ alignSelf: "flex-start" }}>
          {o.wait}
        </span>
      )}
      {t.tags.length > 0 && <Tags tags={t.tags} />}
    </>
  );
}

/** What is due first stands first; without a limit last. */
function byDue(items: readonly TicketRow[]): TicketRow[] {
  const due = (t: TicketRow) => {
    const limit = (t.status === "new" && t.accept_by) || t.localise_by || t.due_at;
    return limit ? Date.parse(limit) : Infinity;
  };
  return [...items].sort((a, b) => due(a) - due(b) || a.id - b.id);
}
