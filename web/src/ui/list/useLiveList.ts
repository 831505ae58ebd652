import { useCallback, useMemo, useRef, useState, type RefObject } from "react";
import type { Topic } from "../../live/live";
import { useFresh, useMissed, type Rowed } from "./fresh";
import { LONG, type Pages } from "./pages";

/** A live list on the screen: what is shown of it, which row is the active one, what came meanwhile. */
export type LiveList<T extends Rowed> = {
  pages: Pages<T>;
  shown: readonly T[];
  /** Rows to be shown with a highlight. */
  flash: ReadonlySet<number>;
  active: number | null;
  setActive: (id: number | null) => void;
  /** Makes the row so many below the active one the active one; returns it. */
  step: (by: number) => T | undefined;
  scroll: RefObject<HTMLDivElement | null>;
  /** Whether the pointer is over the list: nothing may move under it. */
  inside: RefObject<boolean>;
  /** The end is near: the next page is asked for. */
  onEnd: () => void;
  /** New rows that wait to be shown, and the way to show them. */
  waiting: number;
  reveal: () => void;
  /** Something changed in a list too long to be fetched again. */
  isMissed: boolean;
  forget: () => void;
};

/** `last` keeps the row the person came from: he finds it active when he is back. */
export function useLiveList<T extends Rowed>(
  pages: Pages<T>,
  listKey: string,
  topic: Topic,
  last: { id: number | null },
): LiveList<T> {
  const [active, setActive] = useState<number | null>(last.id);
  const scroll = useRef<HTMLDivElement>(null);
  const inside = useRef(false);
  const items = useMemo(() => pages.data?.pages.flatMap((p) => p.items) ?? [], [pages.data]);
  const stays = useCallback(() => (scroll.current?.scrollTop ?? 0) < 8 && !inside.current, []);
  const fresh = useFresh(pages.isPlaceholderData ? [] : items, listKey, stays);
  const shown = pages.isPlaceholderData ? items : fresh.shown;
  const missed = useMissed((pages.data?.pages.length ?? 0) > LONG, listKey, topic);
  const step = (by: number) => {
    const at = shown.findIndex((t) => t.id === active);
    const next = shown[at === -1 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) setActive(next.id);
    return next;
  };
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage({ cancelRefetch: false });
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const top = () => {
    if (scroll.current) scroll.current.scrollTop = 0;
  };
  return {
    pages,
    shown,
    flash: fresh.flash,
    active,
    setActive,
    step,
    scroll,
    inside,
    onEnd,
    waiting: fresh.waiting,
    reveal: () => {
      top();
      fresh.reveal();
    },
    isMissed: missed.is,
    forget: () => {
      top();
      missed.forget();
    },
  };
}
