import { Link } from "@tanstack/react-router";
import type { BuildingCard } from "../api/types";
import { similar, type RequestForm } from "../request/form";
import { useBuilding } from "../request/search";
import { useNow } from "../time/clock";
import { momentOf, numberOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { useWords } from "./words";

/** What is already open in the house, and what is known of it. */
export function HouseSide({ form }: { form: RequestForm }) {
  const w = useWords();
  const house = useBuilding(form.place?.buildingId ?? null).data;
  if (!form.place) return <div className="quiet">{w.form.aroundFirst}</div>;
  if (!house) return null;
  const twins = new Set(similar(house.open_tickets, form.reason?.name ?? "", form.place.unit).map((t) => t.id));
  return (
    <>
      <Panel title={w.form.around} right={<span className="cnt">{house.open_tickets.length}</span>}>
        {house.open_tickets.length === 0 && <div className="quiet">{w.form.aroundNone}</div>}
        {house.open_tickets.slice(0, 8).map((t) => (
          <Open key={t.id} ticket={t} zone={house.zone} isTwin={twins.has(t.id)} />
        ))}
      </Panel>
      <About house={house} />
    </>
  );
}

type OpenProps = { ticket: BuildingCard["open_tickets"][number]; zone: string; isTwin: boolean };

function Open({ ticket: t, zone, isTwin }: OpenProps) {
  const w = useWords();
  const c = useCommon();
  const now = useNow();
  return (
    <div className="li">
      <KindSign kind={t.kind} />
      <div className="grow s13">
        <Link to="/journal/$id" params={{ id: String(t.id) }}>
          {c.number(numberOf(t.number))}
        </Link>{" "}
        {t.reason_name}
        <div className="s12 t2">
          {[t.unit && c.unitShort(t.unit), c.status[t.status].toLowerCase(), momentOf(t.created_at, zone, now)]
            .filter(Boolean)
            .join(" · ")}
        </div>
        {isTwin && <span className="chip plan">{w.form.twin}</span>}
      </div>
    </div>
  );
}

function About({ house: b }: { house: BuildingCard }) {
  const w = useWords();
  const codes = Object.entries(b.door_codes).filter(([, code]) => typeof code === "string" && code !== "");
  const facts = [
    b.floors > 0 && w.form.floors(b.floors),
    b.entrances > 0 && w.form.entrances(b.entrances),
    b.lifts > 0 && w.form.lifts(b.lifts),
  ].filter(Boolean);
  if (facts.length === 0 && codes.length === 0 && !b.notes) return null;
  return (
    <Panel title={w.form.house}>
      <div className="col s13" style={{ gap: 4 }}>
        {facts.length > 0 && <div>{facts.join(", ")}</div>}
        {codes.length > 0 && (
          <div>
            <span className="t3">{w.form.codes}: </span>
            {codes.map(([entrance, code]) => w.form.code(entrance, String(code))).join(", ")}
          </div>
        )}
        {b.notes && <Note>{b.notes}</Note>}
      </div>
    </Panel>
  );
}
