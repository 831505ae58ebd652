import { useNow } from "../time/clock";
import { useMe } from "../session/session";
import { momentOf, numberOf, phoneOf, timeOf } from "../time/format";
import type { Caller, Company, Duty, Operator, Person, Request, Step, Supplier } from "./api";
import { useWords } from "./words";

/** A number one presses on a telephone and reads on paper. */
function Dial({ phone }: { phone: string }) {
  return (
    <a href={`tel:${phone}`} className="dial">
      {phoneOf(phone)}
    </a>
  );
}

/** Residents nobody has spoken to. */
export function Callers({ callers, companies }: { callers: Caller[]; companies: Company[] }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const name = (id: number | null) => companies.find((c) => c.id === id)?.name ?? w.cityLine;
  return (
    <section>
      <h2>{w.callers}</h2>
      {callers.length === 0 ? (
        <p>{w.noCallers}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>{w.phone}</th>
              <th>{w.cameTo}</th>
              <th>{w.since}</th>
              <th>{w.promise}</th>
              <th className="room">{w.said}</th>
            </tr>
          </thead>
          <tbody>
            {callers.map((c) => (
              <tr key={c.task_id}>
                <td>
                  <Dial phone={c.phone} />
                </td>
                <td>{name(c.company_id)}</td>
                <td className="nw">{momentOf(c.since, me.zone, now)}</td>
                <td className="nw">{c.promise_at && timeOf(c.promise_at, me.zone)}</td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Those at the desks by their own telephones. */
export function Operators({ operators, companies }: { operators: Operator[]; companies: Company[] }) {
  const w = useWords();
  const post = (o: Operator) =>
    o.kind === "own" ? w.ownOf(companies.find((c) => c.id === o.company_id)?.name ?? "") : w.posts[o.kind];
  return (
    <section data-testid="emergency-operators">
      <h2>{w.operators}</h2>
      {operators.length === 0 ? (
        <p>{w.noOperators}</p>
      ) : (
        <table>
          <tbody>
            {operators.map((o) => (
              <tr key={`${o.user_id}-${String(o.company_id)}`}>
                <td>
                  <b>{o.name}</b>
                  <div>{post(o)}</div>
                </td>
                <td>
                  <Dial phone={o.phone} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** One company: what is open, whom to call, who helps. */
export function CompanyPart({ company: c }: { company: Company }) {
  const w = useWords();
  return (
    <section className="of-company" data-testid={`emergency-company-${c.id}`}>
      <h2>{c.name}</h2>
      <h3>{w.requests}</h3>
      {c.requests.length === 0 && <p>{w.noRequests}</p>}
      {c.requests.map((r) => (
        <OpenRequest key={r.ticket_id} of={r} />
      ))}
      {c.is_cut && <p>{w.cut}</p>}
      {c.others > 0 && <p>{w.others(c.others)}</p>}
      <h3>{w.duty}</h3>
      {c.duty.length === 0 && <p>{w.noDuty}</p>}
      {c.duty.map((d) => (
        <DutyBlock key={JSON.stringify([d.reasons, d.houses])} of={d} />
      ))}
      <h3>{w.suppliers}</h3>
      {c.suppliers.length === 0 ? <p>{w.noSuppliers}</p> : <Suppliers of={c.suppliers} />}
    </section>
  );
}

function OpenRequest({ of: r }: { of: Request }) {
  const w = useWords();
  const now = useNow();
  const place = [r.address, r.entrance && w.entrance(r.entrance), r.floor && w.floor(r.floor)].filter(Boolean);
  return (
    <div className="block" data-testid={`emergency-request-${r.ticket_id}`}>
      <p className="lead">
        {w.number(numberOf(r.number))} · {momentOf(r.created_at, r.zone, now)} · {place.join(", ")}
      </p>
      <p>
        {r.reason}
        {r.text && <>. {r.text}</>}
        {r.localise_by && <> · {w.localise(momentOf(r.localise_by, r.zone, now))}</>}
      </p>
      {r.access && <p>{w.access(r.access)}</p>}
      <p>
        {w.callBack}: {r.phone ? <Dial phone={r.phone} /> : w.noPhone}
      </p>
      <Chain steps={r.steps} responsible={r.responsible} />
      <p className="room-line">{w.took}</p>
    </div>
  );
}

function DutyBlock({ of: d }: { of: Duty }) {
  const w = useWords();
  const more = (all: number, named: number) => (all > named ? `; ${w.andMore(all - named)}` : "");
  const houses = d.houses.is_all
    ? w.allHouses
    : d.houses.group || d.houses.names.join("; ") + more(d.houses.total, d.houses.names.length);
  const reasons = d.reasons.map((r) =>
    r.is_all ? w.allReasons(r.category) : w.someReasons(r.category, r.names.join("; ") + more(r.total, r.names.length)),
  );
  return (
    <div className="block">
      <p className="lead">{houses}</p>
      <p>{reasons.join(". ")}</p>
      <Chain steps={d.steps} responsible={d.responsible} />
    </div>
  );
}

/** People in the order in which they are called, who answers for them last. */
function Chain({ steps, responsible }: { steps: Step[]; responsible: Person | null }) {
  const w = useWords();
  return (
    <table>
      <tbody>
        {steps.map((s) => (
          <PersonRow
            key={`${s.level}-${s.member_id}`}
            head={w.level(s.level)}
            of={s}
            marks={[s.is_now && w.turn, s.is_tried && w.tried]}
          />
        ))}
        {responsible ? (
          <PersonRow head={w.responsible} of={responsible} marks={[]} />
        ) : (
          <tr>
            <th scope="row">{w.responsible}</th>
            <td colSpan={2}>{w.nobodySet}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function PersonRow({ head, of: p, marks }: { head: string; of: Person; marks: (string | false)[] }) {
  const w = useWords();
  const said = [p.position, ...marks, !p.on_duty && w.off].filter(Boolean).join(", ");
  return (
    <tr>
      <th scope="row">{head}</th>
      <td>
        <b>{p.name}</b>
        {said && <div>{said}</div>}
      </td>
      <td>
        {p.numbers.length === 0 && w.noPhone}
        {p.numbers.map((n) => {
          const note = [n.note, !n.is_now && w.otherHours].filter(Boolean).join(", ");
          return (
            <div key={n.phone}>
              <Dial phone={n.phone} /> {note && <span className="small">{note}</span>}
            </div>
          );
        })}
      </td>
    </tr>
  );
}

function Suppliers({ of }: { of: Supplier[] }) {
  return (
    <table>
      <tbody>
        {of.map((s) => (
          <tr key={s.id}>
            <td>
              <b>{s.name}</b>
              {s.hours && <div className="small">{s.hours}</div>}
            </td>
            <td>
              {s.numbers.map((n) => {
                const note = [n.note, n.hours !== s.hours && n.hours].filter(Boolean).join(", ");
                return (
                  <div key={n.phone + n.note}>
                    <Dial phone={n.phone} /> {note && <span className="small">{note}</span>}
                  </div>
                );
              })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
