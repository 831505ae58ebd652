import { useState } from "react";
import type { TicketPreview } from "../api/types";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { useWords } from "./words";

/** One quiet line: whom the system will assign, by when, and why. A fixed height, so that the form does not jump. */
export function PreviewLine({ preview }: { preview: TicketPreview | undefined }) {
  const w = useWords();
  const now = useNow();
  const [why, setWhy] = useState(false);
  if (!preview) return <div className="preview quiet" aria-hidden />;
  const at = (iso: string) => momentOf(iso, preview.zone, now);
  const limits = [
    preview.accept_by && w.preview.accept(at(preview.accept_by)),
    preview.localise_by && w.preview.localise(at(preview.localise_by)),
    preview.due_at && w.preview.finish(at(preview.due_at)),
  ].filter(Boolean);
  return (
    <div className="preview quiet">
      {w.preview.assigns}: <b className="t1">{preview.executor?.name ?? w.preview.nobody}</b>
      {preview.responsible && ` · ${w.preview.responsible(preview.responsible.name)}`}
      {preview.supplier && ` · ${w.preview.supplier(preview.supplier.name)}`}
      {limits.map((l) => (
        <span key={l}> · {l}</span>
      ))}
      {preview.why && (
        <>
          {" · "}
          <button type="button" className="linkish" aria-expanded={why} onClick={() => setWhy(!why)}>
            {w.preview.why}
          </button>
          {why && `: ${preview.why}`}
        </>
      )}
    </div>
  );
}
