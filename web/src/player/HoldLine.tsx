import { Button, Checkbox, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { RecordingPeaks } from "../api/types";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dateOf } from "../time/format";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useHold } from "./peaks";
import { useWords } from "./words";

/** Until when a recording is kept, and the hold that keeps it longer, set and lifted by right. */
export function HoldLine({ of, recordingId }: { of: RecordingPeaks; recordingId: number }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const [asking, setAsking] = useState(false);
  const { put, lift } = useHold({ callId: of.call_id, ticketId: of.ticket_id });
  const hold = of.hold;
  if (asking && !hold) return <HoldForm key={recordingId} of={of} put={put} onDone={() => setAsking(false)} />;
  const date = (iso: string) => dateOf(iso, me.zone, now);
  return (
    <div className="player-fate s12 t2">
      <span>
        {hold
          ? (hold.ticket_id ? w.heldTicket : w.held)(hold.reason, hold.by, date(hold.at))
          : w.until(date(of.kept_until))}
      </span>
      {of.may_hold && (
        <button
          type="button"
          className="chip press"
          disabled={lift.isPending}
          onClick={() =>
            hold
              ? lift.mutate(hold.ticket_id !== 0, { onSuccess: () => said(w.released) })
              : (put.reset(), setAsking(true))
          }
        >
          {hold ? w.release : w.hold}
        </button>
      )}
    </div>
  );
}

type FormProps = { of: RecordingPeaks; put: ReturnType<typeof useHold>["put"]; onDone: () => void };

function HoldForm({ of, put, onDone }: FormProps) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const refusal = useRefusal(put.error);
  const [reason, setReason] = useState("");
  const [whole, setWhole] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    e.stopPropagation(); // it may stand inside another form
    put.mutate(
      { reason, whole },
      {
        onSuccess: () => {
          said(w.kept);
          onDone();
        },
      },
    );
  };
  return (
    <form className="col player-hold" onSubmit={submit} noValidate>
      <TextInput
        label={w.why}
        autoFocus
        maxLength={300}
        value={reason}
        error={refusal.at("reason")}
        onChange={(e) => setReason(e.currentTarget.value)}
      />
      {of.ticket_id !== 0 && (
        <Checkbox label={w.whole} checked={whole} onChange={(e) => setWhole(e.currentTarget.checked)} />
      )}
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" size="xs" loading={put.isPending}>
          {w.keep}
        </Button>
        <Button variant="default" size="xs" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}
