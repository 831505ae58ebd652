import { Menu } from "@mantine/core";
import { Fragment, useEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from "react";
import { isTyping } from "../ui/keys";
import type { Code, DayKind, ScheduleCell, ScheduleMonth, ScheduleRow, StaffLeave } from "./api";
import { dayText, hoursText, weekday } from "./hours";
import { actOf, inside, leaveBars, write, type Range } from "./marks";
import type { ScheduleMark } from "./api";
import { useWords } from "./words";

type Props = {
  month: ScheduleMonth;
  /** Columns shown: the whole month, or a week of it. */
  from: number;
  to: number;
  canEdit: boolean;
  onWrite: (marks: ScheduleMark[], back: ScheduleMark[]) => void;
  onNothing: () => void;
  onUndo: () => void;
  onPerson: (id: number) => void;
  onGap: (col: number, work: number) => void;
  onDay: (day: string, kind: DayKind) => void;
};

/** The month grid: one roving cell, arrows go, Shift marks a range, letters write. */
export function Grid({ month, from, to, canEdit, onWrite, onNothing, onUndo, onPerson, onGap, onDay }: Props) {
  const w = useWords();
  const days = month.days.slice(from, to + 1);
  const rows = month.rows.map((r) => ({ ...r, cells: r.cells.slice(from, to + 1) }));
  const [at, setAt] = useState<Range>(() => start(days, month.today));
  const focused = useRef<HTMLDivElement>(null);
  const wants = useRef(false);
  const dragging = useRef(false);
  useEffect(() => {
    if (!wants.current) return;
    wants.current = false;
    focused.current?.focus();
  }, [at]);
  useEffect(() => {
    const end = () => {
      dragging.current = false;
    };
    window.addEventListener("pointerup", end);
    return () => window.removeEventListener("pointerup", end);
  }, []);
  const put = (range: Range, code: Code | null) => {
    const { marks, back } = write(rows, days, range, code);
    if (marks.length > 0) onWrite(marks, back);
    else onNothing();
  };
  const hear = (event: KeyboardEvent) => {
    if (isTyping(event.target) || !(event.target instanceof HTMLElement) || event.target.role !== "gridcell") return;
    const act = actOf(event, at, rows.length, days.length);
    if (!act) return;
    event.preventDefault();
    if ("move" in act) {
      wants.current = true;
      setAt(act.move);
    } else if (!canEdit) return;
    else if ("undo" in act) onUndo();
    else put(at, "set" in act ? act.set : null);
  };
  let group = "";
  return (
    <div className="sch-wrap">
      <div
        className="sch"
        role="grid"
        aria-label={w.schedule.title}
        aria-rowcount={rows.length + 1}
        aria-colcount={days.length + 1}
        aria-multiselectable
        onKeyDown={hear}
        style={{ "--days": days.length } as CSSProperties}
      >
        <Head days={days} today={month.today} canEdit={canEdit} onDay={onDay} />
        {rows.map((row, r) => {
          const title = row.is_contractor ? w.schedule.contractors : capital(row.trade) || w.schedule.anyTrade;
          const begins = title !== group;
          group = title;
          const bars = leaveBars(row, days);
          return (
            <Fragment key={row.member_id}>
              {begins && (
                <div role="row">
                  <div className="sch-g" role="rowheader">
                    <span>{title}</span>
                  </div>
                </div>
              )}
              <div role="row" aria-rowindex={r + 2}>
                <div className="sch-nm ell" role="rowheader" title={`${row.name} ${about(row)}`}>
                  <button type="button" onClick={() => onPerson(row.member_id)}>
                    {row.name}
                  </button>{" "}
                  <span className="t3">{row.schedule || w.noSchedule}</span>
                </div>
                {row.cells.map((cell, c) => {
                  const day = days[c];
                  if (!day) return null;
                  const bar = bars.find((b) => c >= b.from && c <= b.to);
                  const current = at.to.row === r && at.to.col === c;
                  const selected = inside(at, r, c) && (at.from.row !== at.to.row || at.from.col !== at.to.col);
                  return (
                    <div
                      key={day.day}
                      ref={current ? focused : undefined}
                      role="gridcell"
                      aria-colindex={c + 2}
                      aria-selected={inside(at, r, c)}
                      aria-label={w.schedule.cell(row.name, dayText(day.day, month.today), said(w, cell))}
                      tabIndex={current ? 0 : -1}
                      className={`sch-c${free(day.kind) ? " we" : ""}${selected ? " sel" : ""}${current ? " cur" : ""}`}
                      onPointerDown={(e) => {
                        wants.current = true;
                        dragging.current = e.pointerType === "mouse";
                        const to = { row: r, col: c };
                        setAt({ from: e.shiftKey ? at.from : to, to });
                      }}
                      onPointerEnter={() => dragging.current && setAt({ from: at.from, to: { row: r, col: c } })}
                    >
                      {bar ? (
                        <div
                          className={`sh leave${c === bar.from ? " first" : ""}${c === bar.to ? " last" : ""}`}
                          style={{ "--span": bar.to - c + 1 } as CSSProperties}
                          title={barText(w, bar.leave)}
                        >
                          {c === bar.from && (
                            <b>{bar.to - c < 4 ? w.card.leaveKind[bar.leave.kind] : barText(w, bar.leave)}</b>
                          )}
                        </div>
                      ) : (
                        <Shift cell={cell} />
                      )}
                    </div>
                  );
                })}
              </div>
            </Fragment>
          );
        })}
        {month.totals.map((t) => (
          <div role="row" key={t.work_type_id}>
            <div className="sch-nm b ell" role="rowheader">
              {w.schedule.onShift(capital(t.work_type) || w.schedule.anyTrade)}
            </div>
            {days.map((d, c) => {
              const n = t.counts[from + c] ?? 0;
              return (
                <div key={d.day} className={`sch-c num${free(d.kind) ? " we" : ""}`} role="gridcell">
                  {n > 0 ? (
                    <div className="sh" style={{ fontWeight: 400 }}>
                      {n}
                    </div>
                  ) : (
                    <button
                      type="button"
                      className="sh gap"
                      disabled={!canEdit}
                      aria-label={w.schedule.nobody(dayText(d.day, month.today), t.work_type || w.schedule.anyTrade)}
                      onClick={() => onGap(from + c, t.work_type_id)}
                    >
                      !
                    </button>
                  )}
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

type HeadProps = { days: ScheduleMonth["days"]; today: string } & Pick<Props, "canEdit" | "onDay">;

/** The days of the production calendar; the company sets its own by pressing one. */
function Head({ days, today, canEdit, onDay }: HeadProps) {
  const w = useWords();
  const names = w.card.weekdays.split(" ");
  return (
    <div role="row" aria-rowindex={1}>
      <div className="sch-h sch-nm" role="columnheader">
        {w.schedule.person}
      </div>
      {days.map((d) => {
        const kind = [
          w.schedule.dayKind[d.kind],
          d.own ? w.schedule.byCompany : d.note,
          d.provisional ? w.schedule.provisional : "",
        ];
        return (
          <div
            key={d.day}
            role="columnheader"
            className={`sch-h${d.day === today ? " today" : ""}${d.kind === "short" ? " short" : ""}`}
            title={kind.filter(Boolean).join(", ")}
            aria-label={`${dayText(d.day, today)} ${kind.filter(Boolean).join(", ")}`}
          >
            {canEdit ? (
              <Menu position="bottom">
                <Menu.Target>
                  <button type="button" className="sch-day" aria-label={w.schedule.setDay(dayText(d.day, today))}>
                    <div className="b s13">{Number(d.day.slice(8))}</div>
                    {names[weekday(d.day)]}
                  </button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Label>{[dayText(d.day, today), ...kind].filter(Boolean).join(", ")}</Menu.Label>
                  {(["workday", "short", "day_off", "holiday"] as const).map((k) => (
                    <Menu.Item key={k} disabled={k === d.kind} onClick={() => onDay(d.day, k)}>
                      {w.schedule.dayKind[k]}
                    </Menu.Item>
                  ))}
                  {d.own && <Menu.Item onClick={() => onDay(d.day, "")}>{w.schedule.asCountry}</Menu.Item>}
                </Menu.Dropdown>
              </Menu>
            ) : (
              <>
                <div className="b s13">{Number(d.day.slice(8))}</div>
                {names[weekday(d.day)]}
              </>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** A shift as letter and fill; a substitute's is dashed, one set by hand has a dot. */
export function Shift({ cell }: { cell: Pick<ScheduleCell, "code" | "hours" | "own" | "stands_for"> }) {
  const w = useWords();
  if (cell.code === "always") return <div className="sh always">·</div>;
  if (cell.hours.length === 0) return cell.own ? <div className="sh own always" /> : null;
  const sub = cell.stands_for.length > 0;
  const names = cell.stands_for.map((s) => s.name).join(", ");
  return (
    <div
      className={`sh ${sub ? "sub" : cell.code}${cell.own ? " own" : ""}`}
      title={sub ? `${hoursText(cell.hours)}, ${w.standsFor(names)}` : hoursText(cell.hours)}
    >
      {w.schedule.letter[cell.code]}
    </div>
  );
}

function barText(w: ReturnType<typeof useWords>, leave: StaffLeave): string {
  return w.schedule.leaveBar(w.card.leaveKind[leave.kind], leave.substitute?.name.split(" ")[0] ?? "");
}

function said(w: ReturnType<typeof useWords>, cell: ScheduleCell): string {
  if (cell.leave) return w.why.on_leave;
  return [
    w.schedule.code[cell.code],
    cell.code === "always" ? "" : hoursText(cell.hours),
    cell.own ? w.schedule.byHand : "",
    cell.stands_for.length > 0 ? w.standsFor(cell.stands_for.map((s) => s.name).join(", ")) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

const free = (kind: string) => kind === "day_off" || kind === "holiday";
const about = (row: ScheduleRow) => [row.position, row.schedule].filter(Boolean).join(" · ");
const capital = (s: string) => s.charAt(0).toUpperCase() + s.slice(1);

function start(days: ScheduleMonth["days"], today: string): Range {
  const pos = {
    row: 0,
    col: Math.max(
      0,
      days.findIndex((d) => d.day === today),
    ),
  };
  return { from: pos, to: pos };
}
