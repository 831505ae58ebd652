import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, take } from "../api/client";
import type { BuildingCard, ReasonRow, TicketCard } from "../api/types";
import { ReasonPicker } from "../request/ReasonPicker";
import { useBuilding } from "../request/search";
import { useNow } from "../time/clock";
import { momentOf, numberOf } from "../time/format";
import { Note, useErrorText } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { useRefresh } from "./api";
import type { Sorting } from "./moves";
import { useWords } from "./words";

type Props = { ticket: TicketCard; action: Sorting; onClose: () => void; onDone: () => void };

/** Another reason, or the same trouble as another request. What is called about it now falls silent. */
export function SortDialog({ ticket: t, action, onClose, onDone }: Props) {
  const w = useWords();
  const c = useCommon();
  const error = useErrorText();
  const [reason, setReason] = useState<ReasonRow | null>(null);
  const [into, setInto] = useState(0);
  const sent = useSort(t);
  const refused = sent.error instanceof ApiError ? sent.error : null;
  const ready = action === "resort" ? reason !== null && reason.kind !== "consultation" : into !== 0;
  const submit = () => {
    if (!ready || sent.isPending) return;
    sent.mutate(action === "resort" ? { reason: reason?.id ?? 0 } : { into }, { onSuccess: onDone });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{w.sorting.title[action](c.number(numberOf(t.number)))}</span>}
      size="md"
      closeButtonProps={{ "aria-label": c.close }}
    >
      <div className="col" style={{ gap: 12 }}>
        <div className="quiet">
          {t.address} · {t.reason_name}
        </div>
        {sent.isError && (
          <div role="alert">
            <Note tone={refused?.isConflict ? "plan" : "emg"}>{error(sent.error)}</Note>
          </div>
        )}
        {action === "resort" ? (
          <ReasonPicker
            value={reason}
            onChange={setReason}
            companyId={t.company_id}
            error={
              refused?.fields.get("reason_id") ?? (reason?.kind === "consultation" ? w.sorting.consultation : undefined)
            }
            autoFocus
          />
        ) : (
          <Others ticket={t} chosen={into} onChoose={setInto} />
        )}
        <div className="quiet">{action === "resort" ? resortNote(t, reason, w.sorting) : w.sorting.mergeNote}</div>
        <div className="row move-foot" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button loading={sent.isPending} disabled={!ready || !t.can.includes(action)} onClick={submit}>
            {c.action[action]}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** What happens to the calls when the kind changes. */
function resortNote(t: TicketCard, reason: ReasonRow | null, w: ReturnType<typeof useWords>["sorting"]): string {
  if (reason?.kind === "emergency") return t.status === "new" ? w.begins : w.termsNote;
  if (t.kind === "emergency" && reason) return w.stops;
  return w.termsNote;
}

function useSort(t: TicketCard) {
  const refresh = useRefresh(t.id);
  const params = { path: { id: t.id } };
  return useMutation({
    mutationFn: (to: { reason: number } | { into: number }) =>
      "into" in to
        ? take(api.POST("/api/v1/tickets/{id}/merge", { params, body: { into: to.into, version: t.version } }))
        : take(api.POST("/api/v1/tickets/{id}/reason", { params, body: { reason_id: to.reason, version: t.version } })),
    onSuccess: refresh.keep,
    onError: (e) => {
      if (e instanceof ApiError && e.isConflict) refresh.again();
    },
  });
}

type OthersProps = { ticket: TicketCard; chosen: number; onChoose: (id: number) => void };

/** The other open requests of the house. */
function Others({ ticket: t, chosen, onChoose }: OthersProps) {
  const w = useWords();
  const house = useBuilding(t.building_id).data;
  if (!house) return null;
  const others = house.open_tickets.filter((x) => x.id !== t.id);
  if (others.length === 0) return <Note>{w.sorting.none}</Note>;
  return (
    <div className="col" role="radiogroup" aria-label={w.sorting.which} style={{ gap: 0 }}>
      {others.slice(0, 12).map((x) => (
        <Other key={x.id} ticket={x} zone={t.zone} isChosen={x.id === chosen} onChoose={() => onChoose(x.id)} />
      ))}
    </div>
  );
}

type OtherProps = {
  ticket: BuildingCard["open_tickets"][number];
  zone: string;
  isChosen: boolean;
  onChoose: () => void;
};

function Other({ ticket: x, zone, isChosen, onChoose }: OtherProps) {
  const c = useCommon();
  const now = useNow();
  return (
    <label className="li">
      <input type="radio" name="into" checked={isChosen} onChange={onChoose} />
      <KindSign kind={x.kind} />
      <span className="grow s13">
        <span className="b">{c.number(numberOf(x.number))}</span> {x.reason_name}
        <span className="s12 t2">
          {" · "}
          {[x.unit && c.unitShort(x.unit), c.status[x.status].toLowerCase(), momentOf(x.created_at, zone, now)]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
    </label>
  );
}
