import { IconArrowDown, IconArrowUp, IconBrowser, IconDeviceMobile, IconMessageChatbot } from "@tabler/icons-react";
import type { Source, TicketRow } from "../api/types";
import { useNow } from "../time/clock";
import { numberOf, shortOf } from "../time/format";
import { kindBar, KindMark } from "../ui/Kind";
import type { Density } from "../ui/list/columns";
import { ListEnd } from "../ui/list/ListBody";
import type { LiveList } from "../ui/list/useLiveList";
import { VirtualTable } from "../ui/list/VirtualTable";
import { RowsSkeleton } from "../ui/list/RowsSkeleton";
import { useWords as useCommon } from "../ui/words";
import type { Column } from "./columns";
import { Deadline } from "./Deadline";
import { Excerpt, Marked } from "./Marked";
import type { Picks } from "./picks";
import type { Order } from "./search";
import { UnreadMark } from "./Unread";
import { useWords } from "./words";
import "./bulk.css";

type Props = {
  list: LiveList<TicketRow>;
  columns: readonly Column[];
  density: Density;
  order: Order;
  onOrder: (order: Order) => void;
  onOpen: (id: number) => void;
  /** null: nothing may be done with many. */
  picks: Picks | null;
};

/** The list as a table. */
export function TicketTable({ list, columns, density, order, onOrder, onOpen, picks }: Props) {
  const w = useWords();
  return (
    <VirtualTable
      list={list}
      density={density}
      head={<TableHead columns={columns} order={order} onOrder={onOrder} picks={picks} items={list.shown} />}
      row={(ticket, index) => (
        <Row
          key={ticket.id}
          ticket={ticket}
          index={index}
          isActive={ticket.id === list.active}
          isFresh={list.flash.has(ticket.id)}
          columns={columns}
          picks={picks}
          onOpen={onOpen}
          onActive={list.setActive}
        />
      )}
      footer={<ListEnd list={list} end={w.end} />}
    />
  );
}

const WIDTH: Partial<Record<Column, number>> = {
  kind: 128,
  number: 96,
  created: 78,
  status: 104,
  executor: 170,
  responsible: 170,
  tags: 150,
  company: 180,
  due: 190,
};

/** What a press of a column's head does: the order it gives, and the other one when it has it. */
const SORTS: Partial<Record<Column, readonly Order[]>> = { created: ["newest", "oldest"], due: ["due"] };

type HeadProps = {
  columns: readonly Column[];
  order?: Order;
  onOrder?: (order: Order) => void;
  picks?: Picks | null;
  items?: readonly TicketRow[];
};

function TableHead({ columns, order, onOrder, picks, items = [] }: HeadProps) {
  const w = useWords();
  return (
    <thead>
      <tr>
        {picks && (
          <th style={{ width: 34 }} className="pick">
            <input
              type="checkbox"
              aria-label={w.bulk.pickAll}
              checked={items.length > 0 && items.every((t) => picks.chosen.has(t.id))}
              onChange={(e) => picks.page(e.currentTarget.checked)}
            />
          </th>
        )}
        {columns.map((c) => {
          const sorts = SORTS[c];
          const at = order && sorts ? sorts.indexOf(order) : -1;
          const next = sorts && (sorts[at + 1] ?? (at === 0 && sorts.length === 1 ? "newest" : sorts[0]));
          return (
            <th
              key={c}
              style={{ width: WIDTH[c] }}
              aria-sort={at < 0 ? undefined : order === "newest" ? "descending" : "ascending"}
            >
              {next && onOrder ? (
                <button
                  type="button"
                  className="bare row th-sort"
                  title={w.sort(w.filter.orders[next])}
                  onClick={() => onOrder(next)}
                >
                  {w.column[c]}
                  {at >= 0 &&
                    (order === "newest" ? (
                      <IconArrowDown size={12} aria-hidden />
                    ) : (
                      <IconArrowUp size={12} aria-hidden />
                    ))}
                </button>
              ) : (
                w.column[c]
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

type RowProps = {
  ticket: TicketRow;
  index: number;
  isActive: boolean;
  isFresh: boolean;
  columns: readonly Column[];
  picks: Picks | null;
  onOpen: (id: number) => void;
  onActive: (id: number) => void;
};

function Row({ ticket: t, index, isActive, isFresh, columns, picks, onOpen, onActive }: RowProps) {
  const w = useWords();
  const isPicked = picks !== null && (picks.isAll || picks.chosen.has(t.id));
  const className = [isActive && "sel", isPicked && "picked", t.status === "new" && "new", isFresh && "fresh"]
    .filter(Boolean)
    .join(" ");
  return (
    <tr
      className={className}
      style={kindBar(t.kind)}
      aria-selected={isActive}
      aria-rowindex={index + 1}
      onClick={() => onOpen(t.id)}
      onFocus={() => onActive(t.id)}
    >
      {picks && (
        <td className="kb pick" onClick={(e) => e.stopPropagation()}>
          <input
            type="checkbox"
            aria-label={w.bulk.pick(numberOf(t.number))}
            checked={isPicked}
            onClick={(e) => picks.toggle(t.id, e.shiftKey)}
            onChange={() => undefined}
          />
        </td>
      )}
      {columns.map((column) => (
        <Cell key={column} column={column} ticket={t} isFirst={!picks && column === columns[0]} />
      ))}
    </tr>
  );
}

type CellProps = { column: Column; ticket: TicketRow; isFirst: boolean };

function Cell({ column, ticket: t, isFirst }: CellProps) {
  const c = useCommon();
  const now = useNow();
  const bar = isFirst ? "kb " : "";
  const cut = (text: string, title = text, more?: React.ReactNode) => (
    <td className={`${bar}cut`} title={title}>
      <bdi>
        <Marked text={text} found={t.found} />
      </bdi>
      {more}
    </td>
  );
  switch (column) {
    case "kind":
      return (
        <td className={bar}>
          <KindMark kind={t.kind} />
        </td>
      );
    case "number":
      return (
        <td className={`${bar}n`}>
          <Number ticket={t} />
        </td>
      );
    case "created":
      return <td className={`${bar}t2 n`}>{shortOf(t.created_at, t.zone, now)}</td>;
    case "address":
      return cut(t.address);
    case "reason":
      return cut(t.reason_name, t.found?.text || t.description || t.reason_name, <Excerpt found={t.found} />);
    case "status":
      return <td className={bar}>{c.status[t.status]}</td>;
    case "executor":
      return (
        <td className={`${bar}cut`}>
          <Executor ticket={t} />
        </td>
      );
    case "responsible":
      return cut(t.responsible?.name ?? c.none);
    case "tags":
      return (
        <td className={`${bar}cut`} title={t.tags.map((x) => x.name).join(", ")}>
          <Tags tags={t.tags} />
        </td>
      );
    case "company":
      return cut(t.company_name);
    case "due":
      return (
        <td className={bar}>
          <Deadline ticket={t} />
        </td>
      );
  }
}

/** Labels of a request: a dot of the colour and the word. */
export function Tags({ tags }: { tags: TicketRow["tags"] }) {
  return (
    <span className="row" style={{ gap: 8 }}>
      {tags.map((x) => (
        <span key={x.id} className="row s13" style={{ gap: 4 }}>
          <span className={`tag-dot ${x.colour}`} aria-hidden />
          {x.name}
        </span>
      ))}
    </span>
  );
}

function Number({ ticket: t }: { ticket: TicketRow }) {
  const c = useCommon();
  const number = numberOf(t.number);
  return (
    <span className="row" style={{ gap: 4 }}>
      <a
        className="plain"
        href={`/journal/${t.id}`}
        aria-label={c.number(number)}
        onClick={(e) => {
          if (!e.ctrlKey && !e.metaKey)
            e.preventDefault(); // the row opens it; with Ctrl a new tab
          else e.stopPropagation();
        }}
      >
        {t.found?.words.includes(String(t.number)) ? <mark className="found">{number}</mark> : number}
      </a>
      <SourceSign source={t.source} />
      <UnreadMark n={t.unread} />
    </span>
  );
}

/** The executor; of an emergency nobody has taken it is said that it is being handed over. */
export function Executor({ ticket }: { ticket: TicketRow }) {
  const w = useWords();
  const c = useCommon();
  if (ticket.kind === "emergency" && ticket.status === "new" && ticket.accepted_at === null) {
    return (
      <>
        {w.handing}
        {ticket.executor && (
          <>
            : <bdi>{ticket.executor.name}</bdi>
          </>
        )}
      </>
    );
  }
  return ticket.executor ? <>{ticket.executor.name}</> : <span className="t3">{c.none}</span>;
}

const signs = { app: IconDeviceMobile, widget: IconBrowser, bot: IconMessageChatbot } as const;

function SourceSign({ source }: { source: Source }) {
  const c = useCommon();
  if (source === "phone" || source === "journal") return null;
  const Sign = signs[source];
  return <Sign size={14} aria-label={c.source[source]} />;
}

/** The shape of the table while it loads. */
export function TableSkeleton({ columns }: { columns: readonly Column[] }) {
  return <RowsSkeleton head={<TableHead columns={columns} />} columns={columns} />;
}
