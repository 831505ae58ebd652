import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconX } from "@tabler/icons-react";
import { useErrorText } from "../ui/blocks";
import { useCount } from "./api";
import { without, type JournalSearch } from "./search";
import { useReadAll } from "./unread";
import { useWords } from "./words";
import "./unread.css";

/** How many comments of a request this person has not read; nothing when all are. */
export function UnreadMark({ n }: { n: number }) {
  const w = useWords();
  if (n === 0) return null;
  return (
    <span className="unread num" title={w.unread(n)} role="img" aria-label={w.unread(n)}>
      {n > 99 ? "99+" : n}
    </span>
  );
}

/** The condition «unread» with its counter. It looks among all requests, not only the new ones. */
export function UnreadFlag({ search, onChange }: { search: JournalSearch; onChange: (search: JournalSearch) => void }) {
  const w = useWords();
  const error = useErrorText();
  const of = search.company ? { company: search.company } : {};
  const count = useCount({ view: "all", unread: true, ...of }).data;
  const readAll = useReadAll();
  const on = search.unread ?? false;
  const label = count?.count ? w.filter.unreadOf(count.capped ? w.capped : String(count.count)) : w.filter.unread;
  return (
    <>
      <button
        type="button"
        className={on ? "chip acc press" : "chip press"}
        aria-pressed={on}
        onClick={() => onChange(on ? without(search, "unread") : { ...search, view: "all", unread: true })}
      >
        {label}
        {on && <IconX size={13} aria-hidden />}
      </button>
      {on && (count?.count ?? 0) > 0 && (
        <Button
          size="compact-xs"
          variant="subtle"
          loading={readAll.isPending}
          onClick={() =>
            readAll.mutate(search.company ?? 0, {
              onSuccess: (n) => notifications.show({ message: w.read(n), color: "accent" }),
              onError: (e) => notifications.show({ message: error(e), color: "red" }),
            })
          }
        >
          {w.filter.readAll}
        </Button>
      )}
    </>
  );
}
