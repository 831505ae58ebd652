import { useEffect, useMemo, useRef, useState } from "react";
import { live, type Topic } from "../../live/live";

/** A row of a list. */
export type Rowed = { readonly id: number };

/**
 * New rows at the head of a live list. They are shown at once, with a highlight, while the person is at the top and not
 * pointing at a row; otherwise they wait behind «Пришло 2 новых», because nothing may move under the pointer.
 */
export function useFresh<T extends Rowed>(items: readonly T[], listKey: string, canMove: () => boolean) {
  const [seen, setSeen] = useState<{ key: string; ids: ReadonlySet<number> } | null>(null);
  const [flash, setFlash] = useState<ReadonlySet<number>>(new Set());
  const move = useRef(canMove);
  useEffect(() => {
    move.current = canMove;
  });
  const known = seen?.key === listKey ? seen.ids : null;
  const waiting = useMemo(() => (known ? came(items, known) : []), [items, known]);

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

/**
 * Rows that came while the list was looked at: the unknown ones that stand before the last known one, in whatever order
 * the list runs. Behind it are rows of the next page. All are new when none is known.
 */
export function came<T extends Rowed>(items: readonly T[], known: ReadonlySet<number>): T[] {
  if (known.size === 0) return [...items];
  const last = items.findLastIndex((t) => known.has(t.id));
  return items.slice(0, last === -1 ? items.length : last).filter((t) => !known.has(t.id));
}

/** Whether anything changed since a long list was fetched: it is not fetched again by itself. */
export function useMissed(isLong: boolean, listKey: string, topic: Topic) {
  const [missed, setMissed] = useState("");
  useEffect(
    () =>
      live.onChange((change) => {
        if (isLong && (change.topic === topic || change.topic === "all")) setMissed(listKey);
      }),
    [isLong, listKey, topic],
  );
  return { is: isLong && missed === listKey, forget: () => setMissed("") };
}
