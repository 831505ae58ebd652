import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { BuildingCard, TicketRow } from "../api/types";
import type { Notice } from "../notices/api";
import { Told } from "../notices/Told";
import { useBuilding } from "../request/search";
import { useNow } from "../time/clock";
import { momentOf, numberOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords as useShared } from "../ui/words";
import { useWords } from "./words";

type Open = Pick<TicketRow, "id" | "number" | "kind" | "status" | "reason_name" | "due_at" | "overdue" | "unit">;

interface Props {
  /** Of the call: its notices are shown while the house is not known. 0: not known either. */
  companyId?: number;
  buildingId: number | null;
  unit: string;
  /** The caller has named the address: the flat's facts may be shown. */
  confirmed: boolean;
  onLink?: ((ticket: Open) => void) | undefined;
  onNotice?: ((notice: Notice) => void) | undefined;
}

/** Right: what goes on in the house and the flat, and facts of the house. */
export function Side({ companyId = 0, buildingId, unit, confirmed, onLink, onNotice }: Props) {
  const w = useWords();
  const house = useBuilding(buildingId).data;
  const told = <Told companyId={companyId} buildingId={buildingId} onLink={onNotice} quiet />;
  if (!house) {
    return (
      <aside className="pane side" aria-label={w.side.title}>
        {told}
      </aside>
    );
  }
  const flat = house.open_tickets.filter((t) => unit && t.unit === unit);
  const rest = house.open_tickets.filter((t) => !unit || t.unit !== unit);
  return (
    <aside className="pane side" aria-label={w.side.title}>
      {!confirmed && (
        <Note>
          <IconLock size={18} style={{ flex: "none" }} aria-hidden />
          <div>
            <div className="b">{w.side.locked}</div>
            {w.side.lockedText}
          </div>
        </Note>
      )}
      {told}
      {confirmed && unit && (
        <Panel title={w.side.flat(unit)} right={<span className="cnt">{flat.length}</span>}>
          <List items={flat} zone={house.zone} onLink={onLink} />
        </Panel>
      )}
      <Panel title={unit ? w.side.houseMore : w.side.house} right={<span className="cnt">{rest.length}</span>}>
        <List items={rest} zone={house.zone} onLink={confirmed ? onLink : undefined} />
      </Panel>
      <About house={house} />
    </aside>
  );
}

function List({ items, zone, onLink }: { items: Open[]; zone: string; onLink: Props["onLink"] }) {
  const w = useWords();
  if (items.length === 0) return <div className="quiet">{w.side.none}</div>;
  return (
    <div className="tight">
      {items.slice(0, 4).map((t) => (
        <Line key={t.id} ticket={t} zone={zone} onLink={onLink} />
      ))}
      {items.length > 4 && <div className="s13 t2">{w.side.more(items.length - 4)}</div>}
    </div>
  );
}

function Line({ ticket: t, zone, onLink }: { ticket: Open; zone: string; onLink: Props["onLink"] }) {
  const w = useWords();
  const s = useShared();
  const now = useNow();
  const due = t.due_at ? momentOf(t.due_at, zone, now) : "";
  return (
    <div className="li">
      <span className="sign">
        <KindSign kind={t.kind} />
      </span>
      <div className="grow">
        <div className="b ell" title={t.reason_name}>
          {t.reason_name}
        </div>
        <div className="s12 t2">
          {s.number(numberOf(t.number))} · {s.status[t.status].toLowerCase()}
          {t.unit && ` · ${s.unitShort(t.unit)}`}
        </div>
      </div>
      <div className="col line-end">
        <span className={t.overdue ? "s12 nw k-emg b" : "s12 nw t2"}>
          {due && (t.overdue ? s.overdueBy(due) : s.until(due))}
        </span>
        {onLink && (
          <Button size="compact-xs" variant="subtle" onClick={() => onLink(t)} data-testid={`link-${t.id}`}>
            {w.side.linkThis}
          </Button>
        )}
      </div>
    </div>
  );
}

function About({ house }: { house: BuildingCard }) {
  const w = useWords();
  const facts: [string, string][] = [
    [w.side.houseKey, w.side.houseValue(house.floors, house.entrances, house.built_year)],
    [w.side.lifts, house.lifts ? String(house.lifts) : ""],
    ...Object.entries(house.door_codes)
      .slice(0, 6)
      .map(([entrance, code]): [string, string] => [w.side.code(entrance), w.side.codeValue(code)]),
    ...Object.entries(house.info).slice(0, 6),
    [w.side.notes, house.notes],
  ];
  return (
    <Panel title={w.side.about}>
      <dl className="kv">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div className="pair" key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Panel>
  );
}
