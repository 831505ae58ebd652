import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCloudUp } from "@tabler/icons-react";
import { useMe } from "../session/session";
import { numberOf, timeOf } from "../time/format";
import { outbox } from "./outbox";
import { useDeeds } from "./useOutbox";
import { useWords } from "./words";
import "./offline.css";

/** In the frame: how much is on the way to the server, and what the server has refused. */
export function Waiting() {
  const w = useWords();
  const deeds = useDeeds();
  const refused = deeds.filter((d) => d.refused);
  const waits = deeds.length - refused.length;
  if (deeds.length === 0) return null;
  return (
    <div className="waiting" role="status">
      {waits > 0 && (
        <div className="waiting-line">
          <IconCloudUp size={18} aria-hidden style={{ flex: "none" }} />
          <b>{w.waits(waits)}</b>
        </div>
      )}
      {refused.map((d) => (
        <div key={d.seq} className="waiting-line no">
          <IconAlertTriangle size={18} aria-hidden style={{ flex: "none" }} />
          <span className="grow">
            <b>
              {w.number(numberOf(d.number))}: {w.what(d)}
            </b>{" "}
            – {w.notDone} {d.refused?.code === "ticket.not_found" ? w.gone : d.refused?.text}
            {d.verb === "comment" && <span className="waiting-text">{d.body.text}</span>}
          </span>
          {d.verb === "accept" && d.refused?.code === "ticket.passed" && (
            <Button h={44} onClick={() => void outbox.takeBack(d)}>
              {w.takeBack}
            </Button>
          )}
          <Button variant="default" h={44} onClick={() => void outbox.drop(d.seq)}>
            {w.understood}
          </Button>
        </div>
      ))}
    </div>
  );
}

/** In a card: what of this request waits, with the hours it was done. */
export function WaitingOf({ ticket }: { ticket: number }) {
  const w = useWords();
  const me = useMe();
  const waits = useDeeds(ticket).filter((d) => !d.refused);
  if (waits.length === 0) return null;
  return (
    <div className="waiting own">
      {waits.map((d) => (
        <div key={d.seq} className="waiting-line">
          <IconCloudUp size={18} aria-hidden style={{ flex: "none" }} />
          <span className="grow">
            {w.what(d)} · {timeOf(Date.parse(d.at), me.zone)}
          </span>
          <span className="chip">{w.wait}</span>
        </div>
      ))}
    </div>
  );
}
