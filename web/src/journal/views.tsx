import { Button } from "@mantine/core";
import { roleOf, useMe } from "../session/session";
import { Empty } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { CONDITIONS, isFiltered, VIEWS, type Condition, type JournalSearch, type View } from "./search";
import { useWords } from "./words";

/** Views that fit the person: an executor's whole list is his own; our staff hold no requests. */
export function useViews(): readonly View[] {
  const me = useMe();
  const role = roleOf(me);
  return VIEWS.filter((v) => v !== "mine" || (me.kind === "company" && role !== "executor" && role !== "contractor"));
}

const OTHERS = CONDITIONS.filter(
  (key) => !["q", "status", "kind", "overdue", "soon", "unread"].includes(key),
) as Exclude<Condition, "q">[]; // TS does not narrow by a list

/** Why the list is empty, and the way out. */
export function Nothing({ search, onDrop }: { search: JournalSearch; onDrop: () => void }) {
  const w = useWords();
  const c = useCommon();
  const view = search.view ?? "new";
  if (!isFiltered(search)) return <Empty title={w.empty[view]}>{w.empty[`${view}More`]}</Empty>;
  const names = [
    search.q && `«${search.q}»`,
    search.status?.map((s) => c.status[s].toLowerCase()).join(", "),
    search.kind?.map((k) => c.kind[k].toLowerCase()).join(", "),
    search.overdue && w.filter.overdue.toLowerCase(),
    search.soon && w.filter.soon.toLowerCase(),
    search.unread && w.filter.unread.toLowerCase(),
    ...OTHERS.filter((key) => search[key] !== undefined).map((key) => w.filter[key].toLowerCase()),
    view !== "all" && w.views[view].toLowerCase(),
  ].filter(Boolean);
  return (
    <Empty
      title={w.empty.filtered}
      action={
        <Button variant="default" size="xs" onClick={onDrop}>
          {w.empty.dropAll}
        </Button>
      }
    >
      {w.empty.filteredMore(names.join("; "))}
    </Empty>
  );
}
