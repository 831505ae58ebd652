import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, take } from "../api/client";
import type { ReasonRow, TicketCard } from "../api/types";
import { AddressPicker } from "../request/AddressPicker";
import type { Place } from "../request/form";
import { ReasonPicker } from "../request/ReasonPicker";
import { useMe } from "../session/session";
import { numberOf } from "../time/format";
import { Note, useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useRefresh } from "./api";
import { useWords } from "./words";

type Props = {
  ticket: TicketCard;
  onClose: () => void;
  /** The request that goes on: the same, or the one of the other company. */
  onDone: (card: TicketCard) => void;
};

/** The address was written down wrongly; a house of another company takes the request with it (F14). */
export function PlaceDialog({ ticket: t, onClose, onDone }: Props) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const error = useErrorText();
  const [place, setPlace] = useState<Place | null>(null);
  const [reason, setReason] = useState<ReasonRow | null>(null);
  const sent = useReplace(t);
  const refused = sent.error instanceof ApiError ? sent.error : null;
  const isOther = place !== null && place.companyId !== t.company_id;
  const choose = (next: Place | null) => {
    if (next?.companyId !== place?.companyId) setReason(null); // another catalogue
    setPlace(next);
    sent.reset();
  };
  const submit = () => {
    if (!place || sent.isPending) return;
    sent.mutate({ place, reasonId: isOther ? (reason?.id ?? 0) : 0 }, { onSuccess: (card) => onDone(card) });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{w.replacing.title(c.number(numberOf(t.number)))}</span>}
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
        <AddressPicker
          value={place}
          onChange={choose}
          companyId={me.company?.id}
          showCompany={me.kind !== "company"}
          error={refused?.fields.get("building_id")}
          autoFocus
        />
        {isOther && (
          <>
            <ReasonPicker
              value={reason}
              onChange={setReason}
              companyId={place.companyId}
              error={refused?.fields.get("reason_id")}
            />
            <Note tone="plan">{w.replacing.other(place.companyName)}</Note>
          </>
        )}
        <div className="quiet">{isOther ? w.replacing.otherNote : w.replacing.note}</div>
        <div className="row move-foot" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button loading={sent.isPending} disabled={!place || !t.can.includes("replace")} onClick={submit}>
            {isOther ? w.replacing.hand : w.replacing.save}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function useReplace(t: TicketCard) {
  const refresh = useRefresh(t.id);
  return useMutation({
    mutationFn: ({ place, reasonId }: { place: Place; reasonId: number }) =>
      take(
        api.POST("/api/v1/tickets/{id}/place", {
          params: { path: { id: t.id } },
          body: {
            building_id: place.buildingId,
            unit: place.unit,
            entrance: place.entrance,
            floor: place.floor,
            reason_id: reasonId,
            version: t.version,
          },
        }),
      ),
    onSuccess: (card) => {
      if (card.id === t.id) refresh.keep(card);
      else refresh.again();
    },
    onError: (e) => {
      if (e instanceof ApiError && e.isConflict) refresh.again();
    },
  });
}
