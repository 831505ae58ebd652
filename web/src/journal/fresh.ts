import { useEffect, useMemo, useRef, useState } from "react";
import type { TicketRow } from "../api/types";

/**
 * New rows at the head of a live list. They are shown at once, with a highlight, while the person is at the top and not
 * pointing at a row; otherwise they wait behind «Пришло 2 новых», because nothing may move under the pointer.
 */
export function useFresh(items: readonly TicketRow[], listKey: string, canMove: () => boolean) {
  const [seen, setSeen] = useState<{ key: string; ids: ReadonlySet<number> } | null>(null);
  const [flash, setFlash] = useState<ReadonlySet<number>>(new Set());
  const move = useRef(canMove);
  useEffect(() => {
    move.current = canMove;
  });
  const known = seen?.key === listKey ? seen.ids : null;
  const waiting = useMemo(() => (known ? head(items, known) : []), [items, known]);

  useEffect(() => {
    if (items.length === 0 && known === null) return;
    const ids = new Set(items.map((t) => t.id));
    if (known === null) {
      setSeen({ key: listKey, ids });
      return;
    }
    if (waiting.length > 0 && !move.current()) return;
    if (waiting.length > 0) setFlash(new Set(waiting.map((t) => t.id)));
    if (ids.size !== known.size || [...ids].some((id) => !known.has(id))) setSeen({ key: listKey, ids });
  }, [items, known, waiting, listKey]);

  const held = new Set(waiting.map((t) => t.id));
  return {
    shown: held.size ? items.filter((t) => !held.has(t.id)) : items,
    waiting: waiting.length,
    flash,
    reveal: () => {
      setFlash(held);
      setSeen({ key: listKey, ids: new Set(items.map((t) => t.id)) });
    },
  };
}

/** Rows before the first known one: those that came while the list was looked at. All are new when none is known. */
export function head(items: readonly TicketRow[], known: ReadonlySet<number>): TicketRow[] {
  if (known.size === 0) return [...items];
  const first = items.findIndex((t) => known.has(t.id));
  return items.slice(0, first === -1 ? items.length : first);
}
