import type { TicketCard, TicketSupplier } from "../api/types";
import { useRoubles } from "../i18n/roubles";
import { ToldOfTicket } from "../notices/Told";
import { useNow } from "../time/clock";
import { phoneOf, shortOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useWords } from "./words";

/** What paid work costs, by the price list of the day the request was made (R5). */
export function Prices({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const roubles = useRoubles();
  if (t.prices.length === 0) return null;
  return (
    <Panel title={w.card.prices}>
      <table className="terms">
        <tbody>
          {t.prices.map((p, i) => (
            <tr key={i}>
              <th scope="row">{p.name}</th>
              <td className="num nw">{roubles(p.amount)}</td>
              <td className="t2 nw">{p.unit && w.card.per(p.unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Others who called about the same trouble, each with the number told (F11). */
export function Joins({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const c = useCommon();
  const now = useNow();
  if (t.joins.length === 0) return null;
  return (
    <Panel title={w.card.joins} right={<span className="cnt">{t.joins.length}</span>}>
      {t.joins.map((j) => (
        <div key={j.reference} className="li s13">
          <span className="grow">
            <b>{j.reference}</b>{" "}
            {[j.unit && c.unitShort(j.unit), j.phone && phoneOf(j.phone)].filter(Boolean).join(", ")}
          </span>
          <span className="t2">{shortOf(j.at, t.zone, now)}</span>
        </div>
      ))}
    </Panel>
  );
}

/** Outages the request belongs to, or may be tied to (N2). */
export function Outages({ ticket: t }: { ticket: TicketCard }) {
  const isOpen = !["done", "closed", "cancelled"].includes(t.status);
  return <ToldOfTicket ticketId={t.id} buildingId={t.building_id} isOpen={isOpen} />;
}

/** Whom the trouble concerns besides, and how they are reached (RS1). */
export function Supplier({ supplier: s }: { supplier: TicketSupplier | null }) {
  const w = useWords();
  if (!s) return null;
  return (
    <Panel title={w.card.supplier}>
      <div className="col s13" style={{ gap: 4 }}>
        <div className="b">{s.name}</div>
        {s.phones.map((p) => (
          <div key={p.phone + p.note}>
            <a href={`tel:${p.phone}`}>{phoneOf(p.phone)}</a>
            <span className="t2"> {[p.note, p.hours !== s.hours && p.hours].filter(Boolean).join(", ")}</span>
          </div>
        ))}
        {s.hours && <div className="t2">{s.hours}</div>}
        {s.contract && <div className="t2">{w.card.contract(s.contract)}</div>}
      </div>
    </Panel>
  );
}
