import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import type { TicketCard, TicketMove } from "../api/types";
import { PairWarning } from "../supplierTickets/PairPanel";
import { serverNow } from "../time/clock";
import { dayIn, momentIn, numberOf } from "../time/format";
import { useZones } from "../time/useZones";
import { Key, Note, useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useMove, usePostponeReasons, useRefuse } from "./api";
import { checkMove, needsReason, TO, type Asking, type MoveErrors, type MoveForm } from "./moves";
import { useWords } from "./words";
import { usePause } from "./works";

type Props = {
  ticket: TicketCard;
  action: Asking;
  onClose: () => void;
  onDone: (action: Asking) => void;
  /** Takes the change instead of the server: a phone, which may have no network. */
  send?: (body: TicketMove) => void;
  pauseLater?: (reason: string) => void;
};

/** Actions after which nothing is owed any more. */
const ends = (action: Asking) => action === "done" || action === "close" || action === "cancel";

const DAY = 86_400_000;

/** Asks what the change needs: a reason, a day, a word. Somebody else's change is shown, and the text stays. */
export function MoveDialog({ ticket: t, action, onClose, onDone, send, pauseLater }: Props) {
  const w = useWords();
  const zones = useZones();
  const c = useCommon();
  const error = useErrorText();
  const move = useMove(t.id);
  const refuse = useRefuse(t.id);
  const pause = usePause(t.id);
  const sent = action === "refuse" ? refuse : action === "pause" ? pause : move;
  const offered = usePostponeReasons(t.company_id, action === "postpone").data ?? [];
  const [tried, setTried] = useState(false);
  const [form, setForm] = useState<MoveForm>(() => ({
    reason: "",
    date: dayIn(serverNow() + DAY, t.zone),
    time: "12:00",
    comment: "",
  }));
  const errors: MoveErrors = tried ? checkMove(action, form, t.zone, serverNow()) : {};
  const refused = sent.error instanceof ApiError ? sent.error : null;
  const stillMay = t.can.includes(action);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (Object.keys(checkMove(action, form, t.zone, serverNow())).length > 0 || sent.isPending) return;
    if (action === "refuse") {
      refuse.mutate({ reason: form.reason.trim(), version: t.version }, { onSuccess: () => onDone(action) });
      return;
    }
    if (action === "pause") {
      if (pauseLater) return pauseLater(form.reason.trim());
      pause.mutate({ reason: form.reason.trim() }, { onSuccess: () => onDone(action) });
      return;
    }
    const body: TicketMove = { to: TO[action], version: t.version };
    if (needsReason(action)) body.reason = form.reason.trim();
    else if (form.comment.trim()) body.comment = form.comment.trim();
    if (action === "postpone") body.until = momentIn(t.zone, form.date, form.time);
    if (ends(action) && t.pair?.is_open) body.pair_seen = true; // the warning stood above the button
    if (send) return send(body);
    move.mutate(body, { onSuccess: () => onDone(action) });
  };
  const set = (part: Partial<MoveForm>) => setForm((f) => ({ ...f, ...part }));
  const title = w.move.title[action](c.number(numberOf(t.number)));
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{title}</span>}
      size="md"
      closeButtonProps={{ "aria-label": c.close }}
    >
      <form
        className="col"
        style={{ gap: 12 }}
        onSubmit={submit}
        noValidate
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) submit();
        }}
      >
        <div className="quiet">
          {t.address} · {t.reason_name}
        </div>
        {sent.isError && (
          <div role="alert">
            <Note tone={refused?.isConflict ? "plan" : "emg"}>
              <span>
                {refused?.isConflict && <b>{w.card.taken}. </b>}
                {error(sent.error)} {refused?.isConflict && w.card.takenMore}
              </span>
            </Note>
          </div>
        )}
        {action === "postpone" && (
          <div>
            <div className="row" style={{ alignItems: "flex-start" }}>
              <TextInput
                type="date"
                label={w.move.date}
                className="grow"
                value={form.date}
                min={dayIn(serverNow(), t.zone)}
                error={errors.until ? w.move.dateNeeded : refused?.fields.get("until")}
                onChange={(e) => set({ date: e.currentTarget.value })}
              />
              <TextInput
                type="time"
                label={w.move.time}
                w={120}
                value={form.time}
                onChange={(e) => set({ time: e.currentTarget.value })}
              />
            </div>
            <div className="quiet s12">{w.move.zone(zones.name(t.zone))}</div>
          </div>
        )}
        {offered.length > 0 && (
          <div className="row wrap" role="group" aria-label={w.move.offered}>
            {offered.map((name) => (
              <button
                key={name}
                type="button"
                className={form.reason === name ? "chip acc press" : "chip press"}
                aria-pressed={form.reason === name}
                onClick={() => set({ reason: name })}
              >
                {name}
              </button>
            ))}
          </div>
        )}
        {needsReason(action) ? (
          <Textarea
            label={w.move.reason}
            placeholder={w.move.reasonHint[action]}
            withAsterisk
            data-autofocus
            minRows={2}
            maxLength={500}
            value={form.reason}
            error={errors.reason ? w.move.reasonNeeded : refused?.fields.get("reason")}
            onChange={(e) => set({ reason: e.currentTarget.value })}
          />
        ) : (
          <Textarea
            label={w.move.comment}
            placeholder={w.move.commentHint}
            data-autofocus
            minRows={2}
            maxLength={4000}
            value={form.comment}
            onChange={(e) => set({ comment: e.currentTarget.value })}
          />
        )}
        {ends(action) && <PairWarning ticket={t} />}
        {action === "close" && <div className="quiet">{w.move.closeNote}</div>}
        {action === "cancel" && <div className="quiet">{w.move.cancelNote}</div>}
        {action === "refuse" && <div className="quiet">{w.move.refuseNote}</div>}
        {action === "pause" && <div className="quiet">{w.move.pauseNote}</div>}
        <div className="row move-foot" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button
            type="submit"
            className="btn-primary"
            loading={sent.isPending}
            disabled={!stillMay}
            rightSection={<Key>Ctrl Enter</Key>}
          >
            {c.action[action]}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
