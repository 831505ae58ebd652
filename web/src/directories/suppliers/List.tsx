import { phoneOf } from "../../time/format";
import { Note, useErrorText } from "../../ui/blocks";
import { RowActs } from "../../ui/RowActs";
import { useSaid } from "../../ui/settings";
import { formOf, useKinds, useSave, useSaveShared, type Phone, type Row, type Shared } from "./api";
import { useWords } from "./words";

/** A row of either list. */
export type Line = {
  id: number;
  name: string;
  kind: string;
  phones: readonly Phone[];
  hours: string;
  notes: string;
  isArchived: boolean;
  own?: Row;
  shared?: Shared;
};

type Props = { lines: readonly Line[]; canWrite: boolean; onOpen: (id: number) => void };

/** Who, of what kind, by which numbers and when, with which contract and for which houses. */
export function List({ lines, canWrite, onOpen }: Props) {
  const w = useWords();
  const kinds = useKinds();
  const error = useErrorText();
  const away = useAway();
  const kindName = (code: string) => kinds.data?.items.find((k) => k.code === code)?.name ?? code;
  return (
    <>
      {away.error !== null && (
        <div role="alert">
          <Note tone="plan">{error(away.error)}</Note>
        </div>
      )}
      <ul className="panel sup-rows">
        {lines.map((l) => (
          <li key={l.id}>
            <div className="sup-who">
              <div className="b">{l.name}</div>
              <div className="s13 t2">
                {kindName(l.kind)}
                {l.own && l.own.supplier_id === null && ` · ${w.own}`}
              </div>
            </div>
            <div className="sup-phones">
              {l.phones.map((p) => (
                <div key={p.phone + p.note} className="s13">
                  <a href={`tel:${p.phone}`} aria-label={w.call(phoneOf(p.phone))}>
                    {phoneOf(p.phone)}
                  </a>{" "}
                  <span className="t2">{[p.note, p.hours].filter(Boolean).join(", ")}</span>
                </div>
              ))}
              {l.hours && !l.phones.some((p) => p.hours) && <div className="s12 t2">{l.hours}</div>}
            </div>
            <div className="sup-more s13 t2">
              {l.own && (
                <div>
                  {[
                    l.own.contract && w.contractOf(l.own.contract),
                    l.own.all_houses ? w.allHouses : w.houses(l.own.building_ids.length),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </div>
              )}
              {l.notes && <div>{l.notes}</div>}
            </div>
            {canWrite && (
              <RowActs
                name={l.name}
                isArchived={l.isArchived}
                words={w}
                className="sup-acts"
                onOpen={() => onOpen(l.id)}
                onArchive={() => away.put(l, !l.isArchived)}
              />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Away and back, with an undo. */
function useAway() {
  const w = useWords();
  const own = useSave();
  const shared = useSaveShared();
  const said = useSaid();
  const send = async (l: Line, archived: boolean): Promise<Line> => {
    if (l.own) {
      const r = await own.mutateAsync({
        id: l.id,
        version: l.own.version,
        form: { ...formOf(l.own), is_archived: archived },
      });
      return { ...l, own: r };
    }
    if (!l.shared) return l;
    const { id, version, ...form } = l.shared;
    const s = await shared.mutateAsync({ id, version, form: { ...form, is_archived: archived } });
    return { ...l, shared: s };
  };
  const put = (l: Line, archived: boolean) => {
    send(l, archived).then(
      (now) =>
        archived
          ? said(w.archivedSaid(l.name), () => void send(now, false).catch(() => undefined))
          : said(w.restored(l.name)),
      () => undefined, // said above the list
    );
  };
  return { put, error: own.error ?? shared.error };
}
