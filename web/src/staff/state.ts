import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import type { StaffRow } from "./api";
import { useWords } from "./words";

type Standing = Pick<StaffRow, "on_duty" | "until" | "why" | "leave" | "stands_for" | "zone">;

/** How a person stands at a moment, in a line: on duty until when, away until when, for whom. */
export function useNowText(at?: string): (m: Standing) => string {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const moment = at ? Date.parse(at) : now;
  return (m) => {
    const until = m.until ? momentOf(m.until, me.zone, moment) : "";
    const parts: string[] = [];
    if (m.on_duty) parts.push(until ? `${w.onDuty} ${w.until(until)}` : w.onDuty);
    else if (m.why === "on_leave" && m.leave)
      parts.push(
        `${w.card.leaveKind[m.leave.kind]} ${w.until(m.leave.ends_on.split("-").reverse().slice(0, 2).join("."))}`,
      );
    else parts.push(until && m.why === "shift_over" ? `${w.why.shift_over}, ${w.comes(until)}` : w.why[m.why]);
    if (m.leave?.substitute) parts.push(`${w.card.substitute.toLowerCase()} ${m.leave.substitute.name}`);
    if (m.stands_for.length > 0) parts.push(w.standsFor(m.stands_for.map((s) => s.name).join(", ")));
    return parts.join(" · ");
  };
}
