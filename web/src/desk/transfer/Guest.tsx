import type { CallView } from "../../softphone/protocol";
import { phoneOf } from "../../time/format";
import { Note } from "../../ui/blocks";
import { useWords } from "./words";

/** Whether a colleague leads his caller here: the call is his until he connects the two. */
export function isGuest(call: CallView): boolean {
  return call.state !== "ended" && Boolean(call.transfer?.by);
}

/** What who is led a caller knows and does. The form comes with the caller. */
export function Guest({ call }: { call: CallView }) {
  const w = useWords();
  const by = call.transfer?.by ?? "";
  const speaks = call.state !== "ringing";
  const atOnce = call.transfer?.mode === "at_once";
  return (
    <div className="guest col" role="status" data-testid="guest" data-state={call.state}>
      <Note tone="acc">
        <b>{speaks ? w.guestSpeaks(by) : w.guestRings(by)}</b>
        <div>{speaks ? w.guestSpeaksText : atOnce ? w.guestAtOnceText : w.guestRingsText}</div>
      </Note>
      <div className="t2">
        {[call.company_name, call.city, call.phone ? phoneOf(call.phone) : ""].filter(Boolean).join(" · ")}
      </div>
    </div>
  );
}
