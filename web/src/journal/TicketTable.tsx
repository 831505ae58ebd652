import { Skeleton } from "@mantine/core";
import { IconBrowser, IconDeviceMobile, IconMessageChatbot } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, type Ref, type RefObject } from "react";
import type { Source, TicketRow } from "../api/types";
import { useNow } from "../time/clock";
import { numberOf, shortOf } from "../time/format";
import { kindBar, KindMark } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { Deadline } from "./Deadline";
import { useWords } from "./words";

const ROW = 33; // 32 px and the divider

type Props = {
  items: readonly TicketRow[];
  active: number | null;
  flash: ReadonlySet<number>;
  withCompany: boolean;
  scroll: RefObject<HTMLDivElement | null>;
  onOpen: (id: number) => void;
  onActive: (id: number) => void;
  onEnd: () => void;
  footer: React.ReactNode;
  tableRef?: Ref<HTMLTableElement>;
};

/** The list as a real table; only rows in sight are in the document. */
export function TicketTable({ items, active, flash, withCompany, scroll, onOpen, onActive, onEnd, footer }: Props) {
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollPaddingStart: 34,
  });
  const virtual = rows.getVirtualItems();
  const last = virtual.at(-1)?.index ?? -1;
  useEffect(() => {
    if (items.length > 0 && last >= items.length - 15) onEnd();
  }, [last, items.length, onEnd]);
  const index = items.findIndex((t) => t.id === active);
  useEffect(() => {
    if (index >= 0) rows.scrollToIndex(index, { align: "auto" });
    // Only when another row becomes active, not when the list grows.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [active]);
  const before = virtual[0]?.start ?? 0;
  const after = rows.getTotalSize() - (virtual.at(-1)?.end ?? 0);
  return (
    <>
      <table className="tbl one rows" aria-rowcount={items.length}>
        <TableHead withCompany={withCompany} />
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {virtual.map((v) => {
            const ticket = items[v.index];
            return (
              ticket && (
                <Row
                  key={ticket.id}
                  ticket={ticket}
                  index={v.index}
                  isActive={ticket.id === active}
                  isFresh={flash.has(ticket.id)}
                  withCompany={withCompany}
                  onOpen={onOpen}
                  onActive={onActive}
                />
              )
            );
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
      {footer}
    </>
  );
}

function TableHead({ withCompany }: { withCompany: boolean }) {
  const { column } = useWords();
  return (
    <thead>
      <tr>
        <th style={{ width: 128 }}>{column.kind}</th>
        <th style={{ width: 96 }}>{column.number}</th>
        <th style={{ width: 70 }}>{column.created}</th>
        <th>{column.address}</th>
        <th>{column.reason}</th>
        <th style={{ width: 104 }}>{column.status}</th>
        <th style={{ width: 180 }}>{column.executor}</th>
        {withCompany && <th style={{ width: 190 }}>{column.company}</th>}
        <th style={{ width: 190 }}>{column.due}</th>
      </tr>
    </thead>
  );
}

type RowProps = {
  ticket: TicketRow;
  index: number;
  isActive: boolean;
  isFresh: boolean;
  withCompany: boolean;
  onOpen: (id: number) => void;
  onActive: (id: number) => void;
};

function Row({ ticket: t, index, isActive, isFresh, withCompany, onOpen, onActive }: RowProps) {
  const c = useCommon();
  const now = useNow();
  const className = [isActive && "sel", t.status === "new" && "new", isFresh && "fresh"].filter(Boolean).join(" ");
  const number = numberOf(t.number);
  return (
    <tr
      className={className}
      style={kindBar(t.kind)}
      aria-selected={isActive}
      aria-rowindex={index + 1}
      onClick={() => onOpen(t.id)}
      onFocus={() => onActive(t.id)}
    >
      <td className="kb">
        <KindMark kind={t.kind} />
      </td>
      <td className="n">
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
            {number}
          </a>
          <SourceSign source={t.source} />
        </span>
      </td>
      <td className="t2 n">{shortOf(t.created_at, t.zone, now)}</td>
      <td className="cut" title={t.address}>
        {t.address}
      </td>
      <td className="cut" title={t.description || t.reason_name}>
        {t.reason_name}
      </td>
      <td>{c.status[t.status]}</td>
      <td className="cut">
        <Executor ticket={t} />
      </td>
      {withCompany && (
        <td className="cut" title={t.company_name}>
          {t.company_name}
        </td>
      )}
      <td>
        <Deadline ticket={t} />
      </td>
    </tr>
  );
}

/** The executor; of an emergency nobody has taken it is said that it is being handed over. */
export function Executor({ ticket }: { ticket: TicketRow }) {
  const w = useWords();
  const c = useCommon();
  if (ticket.kind === "emergency" && ticket.status === "new" && ticket.accepted_at === null) {
    return <>{ticket.executor ? `${w.handing}: ${ticket.executor.name}` : w.handing}</>;
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
export function TableSkeleton({ withCompany }: { withCompany: boolean }) {
  return (
    <table className="tbl one rows" aria-busy>
      <TableHead withCompany={withCompany} />
      <tbody>
        {Array.from({ length: 12 }, (_, i) => (
          <tr key={i}>
            {Array.from({ length: withCompany ? 9 : 8 }, (_, j) => (
              <td key={j}>
                <Skeleton h={12} w={`${50 + ((i * 7 + j * 13) % 40)}%`} animate={false} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
