import { Button, Menu, Modal, SegmentedControl, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconAlertTriangle, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useLang } from "../i18n/i18n";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dayIn } from "../time/format";
import { Empty, Failed, Hints, Note, useErrorText } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage, useSaid } from "../ui/settings";
import { useMark, useMonth, useSetDay, type ScheduleMark, type ScheduleMonth } from "./api";
import { Grid } from "./Grid";
import { dayText, plusDays, plusMonths, weekday } from "./hours";
import { LeaveDialog } from "./Leaves";
import { gapsOf, type Gap } from "./marks";
import { MemberDrawer } from "./MemberDrawer";
import { Templates } from "./Templates";
import type { ScheduleSearch } from "./search";
import { useWords } from "./words";
import "./staff.css";

/** The month grid of shifts (design 08). */
export function SchedulePage() {
  const w = useWords();
  const me = useMe();
  const lang = useLang();
  const now = useNow();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/settings/schedule" });
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const today = dayIn(now, me.zone);
  const day = search.day ?? today;
  const month = search.month ?? day.slice(0, 7);
  const week = search.view === "week" || narrow;
  const query = useMonth(month);
  const [panel, setPanel] = useState<"leave" | "templates" | number | null>(null);
  const go = (next: ScheduleSearch) => void navigate({ to: "/settings/schedule", search: next, replace: true });
  const step = (by: number) => {
    if (!week) return go({ month: plusMonths(month, by) });
    const to = plusDays(day.startsWith(month) ? day : `${month}-01`, by * 7);
    go({ month: to.slice(0, 7), day: to, ...(search.view ? { view: search.view } : {}) });
  };
  const name = new Intl.DateTimeFormat(lang, { month: "long", year: "numeric", timeZone: "UTC" })
    .formatToParts(new Date(`${month}-01T00:00:00Z`))
    .filter((p) => p.type === "month" || p.type === "year") // without the word for "year" that Russian adds
    .map((p) => p.value)
    .join(" ");
  const edit = may(me, "staff.write");
  const grid = query.data;
  const actions = edit && (
    <div className="row">
      <Button size="xs" variant="default" onClick={() => setPanel("leave")}>
        {w.schedule.leave}
      </Button>
      <Button size="xs" className="btn-primary" onClick={() => setPanel("templates")}>
        {w.schedule.templates}
      </Button>
    </div>
  );
  return (
    <SettingsPage title={w.schedule.title} action={actions} wide>
      <div className="row" style={{ flexWrap: "wrap" }}>
        <Button size="xs" variant="default" px={8} aria-label={w.schedule.prev} onClick={() => step(-1)}>
          <IconChevronLeft size={16} />
        </Button>
        <span className="month-name" aria-live="polite">
          {name}
        </span>
        <Button size="xs" variant="default" px={8} aria-label={w.schedule.next} onClick={() => step(1)}>
          <IconChevronRight size={16} />
        </Button>
        <Button size="xs" variant="default" onClick={() => go(search.view ? { view: search.view } : {})}>
          {w.schedule.today}
        </Button>
        {!narrow && (
          <SegmentedControl
            size="xs"
            value={week ? "week" : "month"}
            onChange={(v) =>
              v === "day"
                ? void navigate({ to: "/settings/on-duty" })
                : go(v === "week" ? { month, day, view: "week" } : { month })
            }
            data={(["month", "week", "day"] as const).map((v) => ({ value: v, label: w.schedule.view[v] }))}
          />
        )}
      </div>
      {query.isError && !grid ? (
        <Failed error={query.error} title={w.schedule.failed} retry={() => void query.refetch()} />
      ) : !grid ? (
        <Late>
          <div className="col" aria-busy>
            {[1, 2, 3, 4, 5, 6].map((n) => (
              <Skeleton key={n} h={34} animate={false} />
            ))}
          </div>
        </Late>
      ) : grid.rows.length === 0 ? (
        <Empty title={w.schedule.empty}>{w.schedule.emptyMore}</Empty>
      ) : (
        <Written
          key={`${grid.month}/${week ? day : ""}`}
          grid={grid}
          week={week ? (day.startsWith(grid.month) ? day : `${grid.month}-01`) : null}
          canEdit={edit}
          onPerson={setPanel}
        />
      )}
      {panel === "templates" && <Templates onClose={() => setPanel(null)} />}
      {panel === "leave" && grid && <LeaveDialog people={grid.rows} onClose={() => setPanel(null)} />}
      <MemberDrawer id={typeof panel === "number" ? panel : undefined} onClose={() => setPanel(null)} />
    </SettingsPage>
  );
}

type WrittenProps = { grid: ScheduleMonth; week: string | null; canEdit: boolean; onPerson: (id: number) => void };

/** The grid with what was written and how it is taken back. */
function Written({ grid, week, canEdit, onPerson }: WrittenProps) {
  const w = useWords();
  const said = useSaid();
  const text = useErrorText();
  const mark = useMark(grid.month);
  const setDay = useSetDay();
  const undo = useRef<ScheduleMark[][]>([]);
  const [gap, setGap] = useState<Gap | null>(null);
  const first = week
    ? Math.max(
        0,
        grid.days.findIndex((d) => d.day >= plusDays(week, -weekday(week))),
      )
    : 0;
  const last = week
    ? Math.max(
        first,
        grid.days.findLastIndex((d) => d.day <= plusDays(week, 6 - weekday(week))),
      )
    : grid.days.length - 1;
  const back = () => {
    const marks = undo.current.pop();
    if (marks) mark.mutate(marks);
  };
  const send = (marks: ScheduleMark[], inverse: ScheduleMark[]) =>
    mark.mutate(marks, {
      onSuccess: () => {
        undo.current.push(inverse);
        said(w.schedule.written(marks.length), back);
      },
    });
  const gaps = gapsOf(grid);
  const nearest = gaps[0];
  return (
    <>
      <div className="legend">
        <Legend />
        <span className="grow" />
        {nearest && (
          <button type="button" className="chip emg press" disabled={!canEdit} onClick={() => setGap(nearest)}>
            <IconAlertTriangle size={13} aria-hidden />
            {w.schedule.nobody(dayText(nearest.day, grid.today), nearest.work)}
            {canEdit && `: ${w.schedule.fix}`}
          </button>
        )}
        {gaps.length > 1 && <span className="quiet">{w.schedule.nobodyMore(gaps.length - 1)}</span>}
      </div>
      {grid.days.some((d) => d.provisional) && <Note>{w.schedule.provisionalNote(grid.month.slice(0, 4))}</Note>}
      {(mark.isError || setDay.isError) && (
        <div role="alert">
          <Note tone="emg">
            {w.schedule.notSaved}. {text(mark.error ?? setDay.error)}
          </Note>
        </div>
      )}
      <Grid
        month={grid}
        from={first}
        to={last}
        canEdit={canEdit}
        onWrite={send}
        onNothing={() => said(w.schedule.nothing)}
        onUndo={back}
        onPerson={onPerson}
        onDay={(day, kind) => {
          const was = grid.days.find((d) => d.day === day);
          setDay.mutate(
            { day, kind },
            {
              onSuccess: () =>
                said(w.schedule.daySet(dayText(day, grid.today)), () =>
                  setDay.mutate({ day, kind: was?.own ? was.kind : "" }),
                ),
            },
          );
        }}
        onGap={(col, work) => {
          const t = grid.totals.find((x) => x.work_type_id === work);
          const d = grid.days[col];
          if (t && d)
            setGap({ day: d.day, col, work: t.work_type || w.schedule.anyTrade, candidates: t.candidates[col] ?? [] });
        }}
      />
      {canEdit && (
        <Hints
          items={[
            ["← ↑ ↓ →", w.schedule.hint.move],
            [w.schedule.hint.keys, w.schedule.hint.set],
            ["0", w.schedule.hint.off],
            ["Del", w.schedule.hint.clear],
            ["Shift", w.schedule.hint.range],
            ["Ctrl Z", w.schedule.hint.undo],
          ]}
        />
      )}
      {gap && <Fill gap={gap} grid={grid} onClose={() => setGap(null)} onWrite={send} />}
    </>
  );
}

function Legend() {
  const w = useWords();
  const shown = [
    ["day", "08–20"],
    ["night", "20–08"],
    ["full", ""],
    ["office", "08–17"],
  ] as const;
  return (
    <>
      {shown.map(([code, hours]) => (
        <span key={code}>
          <span className={`sh ${code}`}>{w.schedule.letter[code]}</span>
          {w.schedule.legend[code]} {hours}
        </span>
      ))}
      <span>
        <span className="sh sub">{w.schedule.letter.day}</span>
        {w.schedule.legend.substitute}
      </span>
      <span>
        <span className="sh leave first last" />
        {w.schedule.legend.leave}
      </span>
      <span>
        <span className="sh gap">!</span>
        {w.schedule.legend.gap}
      </span>
      <span>
        <span className="sh always">·</span>
        {w.schedule.legend.always}
      </span>
      <span>
        <span className="sh office own">{w.schedule.letter.office}</span>
        {w.schedule.legend.hand}
      </span>
    </>
  );
}

type FillProps = {
  gap: Gap;
  grid: ScheduleMonth;
  onClose: () => void;
  onWrite: (marks: ScheduleMark[], back: ScheduleMark[]) => void;
};

/** The way to fill a day with nobody: those of the work who are free that day, and what to give them. */
function Fill({ gap, grid, onClose, onWrite }: FillProps) {
  const w = useWords();
  const free = grid.rows.filter((r) => gap.candidates.includes(r.member_id));
  const give = (id: number, code: "day" | "night" | "full" | "office") => {
    const cell = grid.rows.find((r) => r.member_id === id)?.cells[gap.col];
    const was = cell?.own && cell.code !== "always" ? { code: cell.code, hours: cell.hours } : { code: "" as const };
    onWrite([{ member_id: id, day: gap.day, code }], [{ member_id: id, day: gap.day, ...was }]);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={<b>{w.schedule.fixTitle(dayText(gap.day, grid.today), gap.work)}</b>}>
      {free.length === 0 ? (
        <Empty title={w.schedule.noCandidates} />
      ) : (
        <div className="lines">
          {free.map((r) => (
            <div className="row" key={r.member_id}>
              <span className="grow">
                <b>{r.name}</b> <span className="t3 s12">{r.schedule}</span>
              </span>
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button size="xs" variant="default">
                    {w.schedule.fix}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {(["day", "night", "full", "office"] as const).map((code) => (
                    <Menu.Item key={code} onClick={() => give(r.member_id, code)}>
                      {w.schedule.code[code]}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            </div>
          ))}
        </div>
      )}
    </Modal>
  );
}
