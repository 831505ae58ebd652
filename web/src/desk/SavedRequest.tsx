import type { RequestForm } from "../request/form";
import { useWords as useShared } from "../ui/words";
import { useWords } from "./words";

/** The request as it was saved: to be read, not to be changed here. */
export function SavedRequest({ form }: { form: RequestForm }) {
  const w = useWords();
  const s = useShared();
  const { place, reason } = form;
  const facts: [string, string][] = [
    [w.form.address, place ? [place.house, place.unit && s.unitShort(place.unit)].filter(Boolean).join(", ") : ""],
    [w.form.reason, reason?.name ?? ""],
    ...(reason?.questions ?? []).map((q): [string, string] => [q.text, form.answers[q.id] ?? ""]),
    [w.form.description, form.description],
    [w.form.phone, form.phone],
    [w.form.access, form.access],
  ];
  return (
    <dl className="kv brief" data-testid="saved-request">
      {facts
        .filter(([, value]) => value.trim())
        .map(([name, value]) => (
          <div className="pair" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
