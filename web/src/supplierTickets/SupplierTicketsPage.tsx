import { Button, Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useKinds } from "../directories/suppliers/api";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, numberOf, shortOf } from "../time/format";
import { Empty, Failed } from "../ui/blocks";
import { kindBar, KindMark } from "../ui/Kind";
import { Late } from "../ui/Late";
import { useWords as useCommon } from "../ui/words";
import { usePairCount, usePairs, type Pair } from "./api";
import { PAIR_STATUSES, PAIR_VIEWS, withPart, type PairSearch } from "./search";
import { useWords } from "./words";
import "./pairs.css";

/** Suppliers' requests: a table at a desk, cards on a phone; what narrows the list is in the URL. */
export function SupplierTicketsPage() {
  const w = useWords();
  const navigate = useNavigate();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const search: PairSearch = useSearch({ from: "/signed-in/supplier-requests" });
  const list = usePairs(search);
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const go = (next: PairSearch) => void navigate({ to: "/supplier-requests", search: next, replace: true });
  return (
    <div className="pairs">
      <h1 className="page-title">{w.title}</h1>
      <Views search={search} onChange={go} />
      <Filters search={search} onChange={go} />
      {list.isError && !list.data ? (
        <Failed error={list.error} title={w.failed} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : items.length === 0 ? (
        <Empty title={w.empty}>{w.emptyMore}</Empty>
      ) : narrow ? (
        <div className="col">
          {items.map((p) => (
            <Card key={p.id} pair={p} />
          ))}
        </div>
      ) : (
        <Table items={items} />
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {w.more}
        </Button>
      )}
    </div>
  );
}

type Props = { search: PairSearch; onChange: (search: PairSearch) => void };

function Views({ search, onChange }: Props) {
  const w = useWords();
  const counts = {
    new: usePairCount({ view: "new" }).data,
    due: usePairCount({ view: "due" }).data,
    open: usePairCount({}).data,
    all: undefined,
  };
  const chosen = search.view ?? "open";
  return (
    <div className="row wrap" role="group" aria-label={w.title}>
      {PAIR_VIEWS.map((v) => {
        const c = counts[v];
        return (
          <button
            key={v}
            type="button"
            className={v === chosen ? "chip acc press" : "chip press"}
            aria-pressed={v === chosen}
            onClick={() => onChange(withPart(search, "view", v === "open" ? undefined : v))}
          >
            {w.views[v]}
            {c && <span className="num"> · {c.capped ? w.capped : c.count}</span>}
          </button>
        );
      })}
    </div>
  );
}

function Filters({ search, onChange }: Props) {
  const w = useWords();
  const kinds = useKinds().data?.items ?? [];
  const [q, setQ] = useState(search.q ?? "");
  const send = useDebouncedCallback((text: string) => onChange(withPart(search, "q", text.trim() || undefined)), 250);
  const isNarrowed = Object.keys(search).some((k) => k !== "view");
  return (
    <div className="row wrap pairs-filters" role="search">
      <TextInput
        size="xs"
        type="search"
        aria-label={w.search}
        placeholder={w.search}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={q}
        onChange={(e) => {
          setQ(e.currentTarget.value);
          send(e.currentTarget.value);
        }}
      />
      <Select
        size="xs"
        clearable
        aria-label={w.column.status}
        placeholder={w.anyStatus}
        data={PAIR_STATUSES.map((s) => ({ value: s, label: w.status[s] }))}
        value={search.status ?? null}
        onChange={(v) =>
          onChange(
            withPart(
              search,
              "status",
              PAIR_STATUSES.find((s) => s === v),
            ),
          )
        }
      />
      <Select
        size="xs"
        clearable
        searchable
        aria-label={w.column.supplier}
        placeholder={w.anyKind}
        data={kinds.map((k) => ({ value: k.code, label: k.name }))}
        value={search.kind ?? null}
        onChange={(v) => onChange(withPart(search, "kind", v ?? undefined))}
      />
      {(["from", "to"] as const).map((key) => (
        <TextInput
          key={key}
          size="xs"
          type="date"
          aria-label={key === "from" ? w.from : w.to_}
          value={search[key] ?? ""}
          onChange={(e) => onChange(withPart(search, key, e.currentTarget.value || undefined))}
        />
      ))}
      {isNarrowed && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => {
            setQ("");
            onChange(search.view ? { view: search.view } : {});
          }}
        >
          {w.reset}
        </Button>
      )}
    </div>
  );
}

function Table({ items }: { items: readonly Pair[] }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const navigate = useNavigate();
  const withCompany = me.kind !== "company";
  return (
    <table className="tbl one rows pairs-table">
      <thead>
        <tr>
          <th>{w.column.status}</th>
          <th>{w.column.supplier}</th>
          <th>{w.column.number}</th>
          <th>{w.column.address}</th>
          <th>{w.column.reason}</th>
          <th>{w.column.theirs}</th>
          <th>{w.column.x}</th>
          <th>{w.column.created}</th>
          {withCompany && <th>{w.column.company}</th>}
        </tr>
      </thead>
      <tbody>
        {items.map((p) => (
          <tr
            key={p.id}
            style={kindBar(p.ticket_kind)}
            onClick={() => void navigate({ to: "/supplier-requests/$id", params: { id: String(p.id) } })}
          >
            <td className="kb">{w.status[p.status]}</td>
            <td className="cut" title={p.supplier_name}>
              <Link
                className="plain"
                to="/supplier-requests/$id"
                params={{ id: String(p.id) }}
                onClick={(e) => e.stopPropagation()}
              >
                {p.supplier_name}
              </Link>
            </td>
            <td className="n">{numberOf(p.number)}</td>
            <td className="cut" title={p.address}>
              {p.address}
            </td>
            <td className="cut" title={p.reason_name}>
              {p.reason_name}
            </td>
            <td className="cut">{p.their_number}</td>
            <td className="n">
              <HourX pair={p} />
            </td>
            <td className="n t2">{shortOf(p.created_at, p.zone, now)}</td>
            {withCompany && <td className="cut">{p.company_name}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Hour X; in words besides when it has come. */
export function HourX({ pair: p }: { pair: Pair }) {
  const w = useWords();
  const now = useNow();
  if (!p.followup_at) return null;
  return (
    <span className={p.is_due ? "chip emg" : ""}>
      {momentOf(p.followup_at, p.zone, now)}
      {p.is_due && ` · ${w.card.due}`}
    </span>
  );
}

function Card({ pair: p }: { pair: Pair }) {
  const w = useWords();
  const c = useCommon();
  return (
    <Link
      className="pcard plain"
      style={kindBar(p.ticket_kind)}
      to="/supplier-requests/$id"
      params={{ id: String(p.id) }}
    >
      <div className="row wrap">
        <KindMark kind={p.ticket_kind} />
        <span className="grow" />
        <HourX pair={p} />
      </div>
      <div className="b">{p.supplier_name}</div>
      <div>{p.address}</div>
      <div>{p.reason_name}</div>
      <div className="s13 t2">
        {c.number(numberOf(p.number))} · {w.status[p.status].toLowerCase()}
        {p.their_number && ` · ${w.card.theirs} ${p.their_number}`}
      </div>
    </Link>
  );
}
