import { IconPhoneIncoming, IconPhoneOutgoing } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { CallRow } from "../api/types";
import { useOutcomeText } from "../desk/Idle";
import { useNow } from "../time/clock";
import { clockOf, fullOf, momentOf, numberOf, phoneOf } from "../time/format";
import type { Density } from "../ui/list/columns";
import { ListEnd } from "../ui/list/ListBody";
import type { LiveList } from "../ui/list/useLiveList";
import { RowsSkeleton } from "../ui/list/RowsSkeleton";
import { VirtualTable } from "../ui/list/VirtualTable";
import type { Column } from "./columns";
import { MarkSign } from "./MarkPanel";
import { useWords } from "./words";

/** The other party; a number that was hidden has its word. */
export function usePhoneText(): (c: CallRow) => string {
  const w = useWords();
  return (c) => (c.phone ? phoneOf(c.phone) : w.hidden);
}

export function DirectionSign({ call: c }: { call: CallRow }) {
  const w = useWords();
  const Sign = c.direction === "inbound" ? IconPhoneIncoming : IconPhoneOutgoing;
  const isLost = c.disposition === "lost" || c.is_cut;
  return <Sign size={15} aria-label={w.direction[c.direction]} className={isLost ? "k-emg" : "t2"} />;
}

/** Length of the talk, ms; a caller whom nobody answered has none, whatever he has listened to. */
export const talkOf = (c: CallRow) => (c.direction === "inbound" && !c.joined_at ? 0 : c.duration_ms);

const WIDTH: Partial<Record<Column, number | string>> = {
  direction: 34,
  started: 110,
  phone: 150,
  address: "14%",
  wait: 74,
  talk: 84,
  operator: 130,
  ticket: 74,
  mark: 70,
  company: 150,
};

type Props = {
  list: LiveList<CallRow>;
  columns: readonly Column[];
  density: Density;
  onOpen: (id: number) => void;
};

/** The journal of calls as a table. */
export function CallTable({ list, columns, density, onOpen }: Props) {
  const w = useWords();
  return (
    <VirtualTable
      list={list}
      density={density}
      head={<Head columns={columns} />}
      row={(c, index) => (
        <tr
          key={c.id}
          className={[c.id === list.active && "sel", list.flash.has(c.id) && "fresh"].filter(Boolean).join(" ")}
          aria-selected={c.id === list.active}
          aria-rowindex={index + 1}
          onClick={() => onOpen(c.id)}
          onFocus={() => list.setActive(c.id)}
        >
          {columns.map((column) => (
            <Cell key={column} column={column} call={c} onOpen={onOpen} />
          ))}
        </tr>
      )}
      footer={<ListEnd list={list} end={w.end} />}
    />
  );
}

function Head({ columns }: { columns: readonly Column[] }) {
  const w = useWords();
  return (
    <thead>
      <tr>
        {columns.map((c) =>
          c === "direction" ? (
            <th key={c} style={{ width: WIDTH[c] }} aria-label={w.column[c]} />
          ) : (
            <th key={c} style={{ width: WIDTH[c] }}>
              {w.column[c]}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}

function Cell({ column, call: c, onOpen }: { column: Column; call: CallRow; onOpen: (id: number) => void }) {
  const w = useWords();
  const now = useNow();
  const outcome = useOutcomeText();
  const phone = usePhoneText();
  switch (column) {
    case "direction":
      return (
        <td>
          <DirectionSign call={c} />
        </td>
      );
    case "started":
      return (
        <td className="n" title={fullOf(c.started_at, c.zone, now)}>
          {momentOf(c.started_at, c.zone, now)}
        </td>
      );
    case "phone":
      return (
        <td className="n cut" title={phone(c)}>
          <Link
            className="plain"
            to="/calls/$id"
            params={{ id: String(c.id) }}
            onClick={(e) => {
              e.stopPropagation();
              if (e.ctrlKey || e.metaKey) return; // a new tab
              e.preventDefault();
              onOpen(c.id);
            }}
          >
            <bdi>{phone(c)}</bdi>
          </Link>
        </td>
      );
    case "address":
      return (
        <td className="cut" title={c.address}>
          {c.address}
        </td>
      );
    case "result": {
      const said = [
        c.subject ? `${outcome(c)}: ${c.subject}` : outcome(c),
        c.is_cut && w.cut,
        c.overflow_at && w.overflowHint,
      ]
        .filter(Boolean)
        .join(" · ");
      return (
        <td className="cut" title={[said, c.disposition_note].filter(Boolean).join("\n")}>
          {outcome(c)}
          {c.subject && (
            <>
              : <bdi>{c.subject}</bdi>
            </>
          )}
          {c.is_cut && ` · ${w.cut}`}
          {c.overflow_at && <span className="t2">{` · ${w.overflow}`}</span>}
        </td>
      );
    }
    case "wait":
      return <td className="n t2">{c.wait_ms > 0 && clockOf(c.wait_ms)}</td>;
    case "talk":
      return (
        <td className="n">
          {talkOf(c) > 0 && clockOf(talkOf(c))}
          {c.recording_id !== null && <span title={w.recorded}> ●</span>}
        </td>
      );
    case "operator":
      return (
        <td className="cut" title={c.operator?.name ?? c.employee}>
          <bdi>{c.operator?.name ?? c.employee}</bdi>
        </td>
      );
    case "ticket":
      return <td className="n">{c.ticket_number && numberOf(c.ticket_number)}</td>;
    case "mark":
      return <td>{c.mark && <MarkSign mark={c.mark} />}</td>;
    case "company":
      return (
        <td className="cut" title={c.company_name}>
          {c.company_name}
        </td>
      );
  }
}

/** The shape of the table while it loads. */
export function CallSkeleton({ columns }: { columns: readonly Column[] }) {
  return <RowsSkeleton head={<Head columns={columns} />} columns={columns} />;
}

/** A call by thumb. */
export function CallCard({ call: c }: { call: CallRow }) {
  const w = useWords();
  const now = useNow();
  const outcome = useOutcomeText();
  const phone = usePhoneText();
  const facts = [
    c.wait_ms > 0 && w.waited(clockOf(c.wait_ms)),
    talkOf(c) > 0 && w.talked(clockOf(talkOf(c))),
    c.overflow_at && w.overflow,
    c.recording_id !== null && w.recorded.toLowerCase(),
    c.operator?.name ?? c.employee,
  ].filter(Boolean);
  return (
    <Link className="pcard plain" to="/calls/$id" params={{ id: String(c.id) }}>
      <div className="row wrap">
        <DirectionSign call={c} />
        <bdi className="b num grow calls-words">{phone(c)}</bdi>
        {c.mark && <MarkSign mark={c.mark} />}
        <span className="s13 t2 num">{momentOf(c.started_at, c.zone, now)}</span>
      </div>
      {c.address && <div>{c.address}</div>}
      <div>
        {outcome(c)}
        {c.subject && (
          <>
            : <bdi>{c.subject}</bdi>
          </>
        )}
      </div>
      <div className="s13 t2">{facts.join(" · ")}</div>
    </Link>
  );
}
