import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { BuildingCard } from "../api/types";
import { may, useMe } from "../session/session";
import { numberOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { useGroups, useUnitContacts, useUnitTickets } from "./api";
import type { Unit } from "./board";
import { useWords } from "./words";

/** A flat: its facts, phones by right, its last requests. */
export function FlatPanel({ house, unit }: { house: BuildingCard; unit: Unit }) {
  const w = useWords();
  const common = useCommon();
  const me = useMe();
  const contacts = useUnitContacts(house.id, unit.number, may(me, "contact.read"));
  const tickets = useUnitTickets(house.id, unit.number);
  const phones = contacts.data?.items ?? [];
  return (
    <Panel
      title={`${w.flat} ${unit.number}`}
      right={
        <span className="quiet s12">
          {w.entrance(unit.entrance)}, {w.floor(unit.floor)}
        </span>
      }
    >
      <dl className="kv">
        <dt>{w.area}</dt>
        <dd>
          {[unit.area_m2 ? w.m2(unit.area_m2.toLocaleString("ru")) : "", unit.is_residential ? w.living : w.notLiving]
            .filter(Boolean)
            .join(", ")}
        </dd>
        {may(me, "contact.read") && (
          <>
            <dt>{w.phones}</dt>
            <dd>
              {contacts.data &&
                (phones.length === 0
                  ? w.noPhones
                  : phones.map((c) => (
                      <div key={c.id} className="nw">
                        {c.phone} {c.is_consenting && <span className="t3 s12">{w.consents}</span>}
                      </div>
                    )))}
            </dd>
          </>
        )}
      </dl>
      <div className="b">{w.requests}</div>
      {tickets.data?.items.length === 0 && <div className="quiet">{w.noRequests}</div>}
      {tickets.data?.items.map((t) => (
        <div key={t.id} className="li row">
          <KindSign kind={t.kind} />
          <Link to="/journal/$id" params={{ id: String(t.id) }} className="grow">
            {t.reason_name}
            <div className="t2 s12">№ {numberOf(t.number)}</div>
          </Link>
          <span className="t2 s12">{common.status[t.status]}</span>
        </div>
      ))}
      {may(me, "ticket.create") && !house.is_archived && (
        <Button
          variant="default"
          fullWidth
          mt={8}
          renderRoot={(props) => <Link to="/journal/new" search={{ house: house.id, unit: unit.number }} {...props} />}
        >
          {w.requestHere}
        </Button>
      )}
    </Panel>
  );
}

/** Who serves the house now, by kinds of work. */
export function Serving({ house }: { house: BuildingCard }) {
  const w = useWords();
  const me = useMe();
  if (!may(me, "staff.read")) return null;
  return (
    <Panel title={w.serving}>
      {house.serving.length === 0 && <div className="quiet">{w.nobody}</div>}
      <dl className="serving">
        {alike(house.serving).map(([who, works]) => (
          <FragmentRow key={who.work_type} label={works.join(", ")}>
            {who.executors.join(" → ") || (who.responsible && w.responsible(who.responsible))}
          </FragmentRow>
        ))}
      </dl>
    </Panel>
  );
}

type Who = BuildingCard["serving"][number];

/** Kinds of work that the same people do stand in one line. */
function alike(serving: readonly Who[]): [Who, string[]][] {
  const out = new Map<string, [Who, string[]]>();
  for (const s of serving) {
    const key = [...s.executors, s.responsible].join("|");
    const was = out.get(key);
    if (was) was[1].push(s.work_type);
    else out.set(key, [s, [s.work_type]]);
  }
  return [...out.values()];
}

function FragmentRow({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** What is asked of the house most. */
export function About({ house: b }: { house: BuildingCard }) {
  const w = useWords();
  const groups = useGroups();
  const flats = b.units.filter((u) => u.is_residential).length;
  const names = (groups.data?.items ?? []).filter((g) => b.groups.includes(g.id)).map((g) => g.name);
  const area = b.card.areas.residential ?? b.card.areas.total;
  const office = b.passport_office;
  const rows: [string, string][] = [
    [w.built, [b.built_year || "", b.card.technical.wall_material].filter(Boolean).join(", ")],
    [w.flats, b.units.length > 0 ? w.flatsText(flats, b.units.length - flats) : String(b.card.technical.flats || "")],
    [w.areaLiving, area ? w.m2(area.toLocaleString("ru")) : ""],
    [w.lifts, b.lifts ? String(b.lifts) : ""],
    [w.passport, [office.name, office.address, office.hours, office.phone].filter(Boolean).join(", ")],
    [w.groupsOf, names.join(", ")],
    [w.notes, b.notes],
    ...Object.entries(b.info),
  ];
  return (
    <Panel title={w.about2}>
      <dl className="kv">
        {rows
          .filter(([, text]) => text !== "")
          .map(([label, text]) => (
            <FragmentRow key={label} label={label}>
              {text}
            </FragmentRow>
          ))}
      </dl>
    </Panel>
  );
}
