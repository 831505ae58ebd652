import { Button, Drawer, Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { may, useMe } from "../../session/session";
import { hoursText } from "../../time/hours";
import { serverNow } from "../../time/clock";
import { momentOf, phoneOf } from "../../time/format";
import { Empty, Note, useErrorText } from "../../ui/blocks";
import { Loaded } from "../../ui/Loaded";
import { RowActs } from "../../ui/RowActs";
import { SettingsPage, useSaid } from "../../ui/settings";
import { bodyOf, useAtOnce, useCompetents, useSave, type Row } from "./api";
import { CompetentForm } from "./CompetentForm";
import type { CompetentsSearch } from "./search";
import { useWords } from "./words";
import "./competents.css";

/** To whom of a company callers are transferred, by subject and hours (SR2). */
export function CompetentsPage() {
  const w = useWords();
  const search = useSearch({ from: "/signed-in/settings/competents" });
  const navigate = useNavigate();
  const go = (next: CompetentsSearch) =>
    void navigate({ to: "/settings/competents", search: next, replace: next.id === search.id });
  const canWrite = may(useMe(), "staff.write");
  const archived = search.archived ?? false;
  const query = useCompetents(archived);
  const rows = query.data?.items ?? [];
  const open = rows.find((r) => r.id === search.id);
  const shown = archived ? { archived: true as const } : {};
  const close = () => go(shown);
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      action={
        canWrite && (
          <Button
            className="btn-primary"
            leftSection={<IconPlus size={16} />}
            onClick={() => go({ ...shown, id: "new" })}
          >
            {w.add}
          </Button>
        )
      }
    >
      {!canWrite && <Note>{w.readOnly}</Note>}
      <AtOnce on={query.data?.at_once ?? false} canWrite={canWrite && query.data !== undefined} />
      <div className="row wrap" role="search">
        <Switch
          label={w.archived}
          checked={archived}
          onChange={(e) => go(e.currentTarget.checked ? { archived: true } : {})}
        />
        <span className="grow" />
        <span className="s12 t2">{w.count(rows.length)}</span>
      </div>
      <Loaded query={query} failed={w.failed} height={200}>
        {rows.length > 0 ? (
          <List rows={rows} canWrite={canWrite} onOpen={(id) => go({ ...shown, id })} />
        ) : archived ? (
          <Empty title={w.nothing} />
        ) : (
          <Empty title={w.empty}>{w.emptyText}</Empty>
        )}
      </Loaded>
      <Drawer
        position="right"
        size="lg"
        title={open?.name ?? w.newTitle}
        opened={canWrite && (search.id === "new" || open !== undefined)}
        onClose={close}
      >
        {(search.id === "new" || open !== undefined) && <CompetentForm key={open?.version} row={open} onDone={close} />}
      </Drawer>
    </SettingsPage>
  );
}

function AtOnce({ on, canWrite }: { on: boolean; canWrite: boolean }) {
  const w = useWords();
  const error = useErrorText();
  const set = useAtOnce();
  return (
    <div>
      <Switch
        label={w.atOnce}
        description={w.atOnceAbout}
        checked={on}
        disabled={!canWrite || set.isPending}
        onChange={(e) => set.mutate(e.currentTarget.checked)}
      />
      {set.error && (
        <div className="field-error" role="alert">
          {error(set.error)}
        </div>
      )}
    </div>
  );
}

function List({ rows, canWrite, onOpen }: { rows: Row[]; canWrite: boolean; onOpen: (id: number) => void }) {
  const w = useWords();
  const error = useErrorText();
  const said = useSaid();
  const save = useSave();
  const put = (r: Row, is_archived: boolean) =>
    save.mutate(
      { row: r, body: { ...bodyOf(r), is_archived } },
      { onSuccess: () => said(is_archived ? w.archivedSaid(r.name) : w.restored(r.name)) },
    );
  return (
    <>
      {save.error && (
        <div role="alert">
          <Note tone="plan">{error(save.error)}</Note>
        </div>
      )}
      <ul className="panel comp-rows">
        {rows.map((r) => (
          <li key={r.id}>
            <div className="comp-who">
              <div className="b">{r.name}</div>
              <div className="s13 t2">{r.position}</div>
              <State row={r} />
            </div>
            <div className="comp-what s13">
              <div>{r.subject}</div>
              <div className="t2">
                {[
                  r.reason_ids.length > 0 && w.reasons(r.reason_ids.length),
                  r.phones.map(phoneOf).join(", "),
                  ...hoursOf(r, w),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </div>
            </div>
            {canWrite && (
              <RowActs
                name={r.name}
                isArchived={r.is_archived}
                words={w}
                className="comp-acts"
                onOpen={() => onOpen(r.id)}
                onArchive={() => put(r, !r.is_archived)}
              />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** "пн вт 09:00–18:00", or whose hours they are. */
function hoursOf(r: Row, w: ReturnType<typeof useWords>): string[] {
  if (r.hours.length === 0) return [r.member_id === null ? w.anyHour : w.byShifts];
  const names = w.weekdays.split(" ");
  const lines = r.hours.map((h) => `${h.days.map((d) => names[d]).join(" ") || w.everyDay} ${hoursText([h])}`);
  return r.by_calendar ? lines : [...lines, w.holidays];
}

function State({ row: r }: { row: Row }) {
  const w = useWords();
  const me = useMe();
  const time = r.until ? momentOf(r.until, me.zone, serverNow()) : "";
  if (r.is_open) return <div className="s12 t2">{time ? w.openTill(time) : w.open}</div>;
  return <div className="s12 k-plan">{[w.closed[r.why], time && w.from(time)].filter(Boolean).join(", ")}</div>;
}
