import { Skeleton } from "@mantine/core";
import { Empty, Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { AnnouncementPanel } from "./AnnouncementPanel";
import { useAnnouncements, useLines } from "./api";
import { Pronunciations } from "./Pronunciations";
import { useWords } from "./words";
import "./announcements.css";

/** What callers hear besides a person: greetings of the numbers, other occasions, how words are said. */
export function AnnouncementsPage() {
  const w = useWords();
  const all = useAnnouncements();
  const lines = useLines();
  const items = all.data?.items ?? [];
  const days = items.filter((a) => a.kind === "day");
  return (
    <SettingsPage title={w.title} about={all.data?.company_id === 0 ? w.platformAbout : w.about}>
      {all.isError && !all.data ? (
        <Failed error={all.error} title={w.failed} retry={() => void all.refetch()} />
      ) : !all.data ? (
        <Late>
          <Skeleton h={180} animate={false} />
        </Late>
      ) : (
        <>
          <h2 className="sect">{w.byDay}</h2>
          {days.length === 0 && <Empty title={w.noLines}>{w.noLinesText}</Empty>}
          {days.map((a) => (
            <AnnouncementPanel key={a.line_id} row={a} lines={lines.data?.items ?? []} />
          ))}
          <h2 className="sect">{w.others}</h2>
          {items
            .filter((a) => a.kind !== "day")
            .map((a) => (
              <AnnouncementPanel key={a.kind} row={a} />
            ))}
          <Pronunciations />
        </>
      )}
    </SettingsPage>
  );
}
