import { IconAlertTriangle, IconClock } from "@tabler/icons-react";
import type { TicketRow } from "../api/types";
import { useLang } from "../i18n/i18n";
import { useNow } from "../time/clock";
import { momentOf, remainsOf, shortOf } from "../time/format";
import { limitOf } from "./deadline";
import { useWords } from "./words";

/** The running limit of a row in words: plain when fine, red with a clock for an emergency, a chip when past. */
export function Deadline({ ticket }: { ticket: TicketRow }) {
  const w = useWords();
  const lang = useLang();
  const now = useNow();
  const limit = limitOf(ticket, now);
  switch (limit.state) {
    case "none":
      return <span className="t3">{w.limit.none}</span>;
    case "done":
      return <span className={limit.late ? "k-emg" : "t2"}>{limit.late ? w.limit.doneLate : w.limit.doneInTime}</span>;
    case "late": {
      const t = remainsOf(now - limit.since, lang);
      return (
        <span className="chip emg">
          <IconAlertTriangle size={13} aria-hidden />
          {limit.what === "accept" ? w.limit.lateAccept(t) : w.limit.lateFinish(t)}
        </span>
      );
    }
    case "ahead": {
      if (!limit.hot) return <span>{w.limit[limit.what](shortOf(limit.at, ticket.zone, now))}</span>;
      return (
        <span className="row k-emg b" style={{ gap: 4 }}>
          <IconClock size={14} aria-hidden />
          {w.limit[limit.what](momentOf(limit.at, ticket.zone, now))}
        </span>
      );
    }
  }
}
