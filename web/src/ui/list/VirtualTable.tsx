import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import type { Rowed } from "./fresh";
import { ROW, type Density } from "./columns";
import type { LiveList } from "./useLiveList";

type Props<T extends Rowed> = {
  list: LiveList<T>;
  density: Density;
  className?: string;
  head: ReactNode;
  /** Draws a `tr` with the key of the row. */
  row: (item: T, index: number) => ReactNode;
  footer: ReactNode;
};

/** The list as a real table; only rows in sight are in the document. */
export function VirtualTable<T extends Rowed>({ list, density, className = "", head, row, footer }: Props<T>) {
  const { shown: items, active, scroll, onEnd } = list;
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW[density],
    overscan: 12,
    scrollPaddingStart: 34,
  });
  useEffect(() => rows.measure(), [density, rows]);
  const virtual = rows.getVirtualItems();
  useNearEnd(virtual.at(-1)?.index, items.length, onEnd);
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
      <table className={`tbl one rows ${density} ${className}`} aria-rowcount={items.length}>
        {head}
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {virtual.map((v) => {
            const item = items[v.index];
            return item && row(item, v.index);
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
      {footer}
    </>
  );
}

type CardsProps<T extends Rowed> = {
  list: LiveList<T>;
  /** About how tall a card is, px. */
  tall: number;
  card: (item: T) => ReactNode;
  footer: ReactNode;
};

/** The same list by thumb: cards of their own height inside a column that scrolls with what stands above them. */
export function VirtualCards<T extends Rowed>({ list, tall, card, footer }: CardsProps<T>) {
  const { shown: items, scroll, onEnd } = list;
  const place = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(0);
  const look = useEffectEvent(() => setAbove(place.current?.offsetTop ?? 0));
  useLayoutEffect(() => look()); // what stands above may fold after any drawing
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => tall,
    getItemKey: (i) => items[i]?.id ?? i,
    overscan: 6,
    gap: 8,
    scrollMargin: above,
  });
  const virtual = rows.getVirtualItems();
  useNearEnd(virtual.at(-1)?.index, items.length, onEnd);
  return (
    <>
      <div ref={place} role="list" className="vcards" style={{ height: rows.getTotalSize() }}>
        {virtual.map((v) => {
          const item = items[v.index];
          return (
            item && (
              <div
                key={v.key}
                role="listitem"
                data-index={v.index}
                ref={rows.measureElement}
                className="vcard"
                style={{ transform: `translateY(${v.start - above}px)` }}
              >
                {card(item)}
              </div>
            )
          );
        })}
      </div>
      {footer}
    </>
  );
}

function useNearEnd(last: number | undefined, length: number, onEnd: () => void): void {
  useEffect(() => {
    if (length > 0 && (last ?? -1) >= length - 15) onEnd();
  }, [last, length, onEnd]);
}
