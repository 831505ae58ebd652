import type { ReactNode } from "react";
import { Failed } from "../blocks";
import { Late } from "../Late";
import type { Rowed } from "./fresh";
import { isLooking } from "./pages";
import type { LiveList } from "./useLiveList";
import { useWords } from "./words";
import "./list.css";

type ChipsProps<T extends Rowed> = {
  list: LiveList<T>;
  /** "3 new ones came: show". */
  arrived: (n: number) => string;
  /** Fetches a long list from its start. */
  fromStart: () => void;
};

/** What came or changed while the list was looked at: shown by a press, because nothing may jump. */
export function ListNews<T extends Rowed>({ list, arrived, fromStart }: ChipsProps<T>) {
  const w = useWords();
  const again = () => {
    list.forget();
    fromStart();
  };
  return (
    <>
      {list.isMissed && (
        <button type="button" className="chip acc press" onClick={again}>
          {w.longList}
        </button>
      )}
      {list.waiting > 0 && (
        <button type="button" className="chip acc press" onClick={list.reveal}>
          {arrived(list.waiting)}
        </button>
      )}
    </>
  );
}

type BodyProps<T extends Rowed> = {
  list: LiveList<T>;
  failed: string;
  skeleton: ReactNode;
  empty: ReactNode;
  children: ReactNode;
};

/** The part of a list that comes from the server: failed, on its way, empty, or its rows. */
export function ListState<T extends Rowed>({
  list: { pages, shown },
  failed,
  skeleton,
  empty,
  children,
}: BodyProps<T>) {
  if (pages.isError && !pages.data)
    return <Failed error={pages.error} title={failed} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Late>{skeleton}</Late>;
  if (shown.length > 0) return children;
  if (pages.isFetchNextPageError)
    return <Failed error={pages.error} title={failed} retry={() => void pages.fetchNextPage()} />;
  return isLooking(pages) ? <Looking /> : empty;
}

/** Nothing has been found so far. */
export function Looking() {
  const w = useWords();
  return (
    <div className="quiet live-end" role="status">
      {w.looking}
    </div>
  );
}

/** The part of a list that scrolls. */
export function ListBody<T extends Rowed>(props: BodyProps<T>) {
  const { scroll, inside } = props.list;
  return (
    <div
      className="live-list"
      ref={scroll}
      onPointerEnter={() => (inside.current = true)}
      onPointerLeave={() => (inside.current = false)}
    >
      <ListState {...props} />
    </div>
  );
}

/** Under the rows: more are coming, or these are all. */
export function ListEnd<T extends Rowed>({ list, end }: { list: LiveList<T>; end: (n: number) => string }) {
  const w = useWords();
  const more = isLooking(list.pages) ? w.looking : w.more;
  return <div className="quiet live-end">{list.pages.hasNextPage ? more : end(list.shown.length)}</div>;
}
