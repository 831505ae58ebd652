import type { CallDetail } from "../api/types";
import { Player } from "../player/Player";
import { may, useMe } from "../session/session";
import { Panel } from "../ui/blocks";
import { useWords } from "./words";
import "./calls.css";

/** The sound of a call, and of what its operator said with whom he consulted before a transfer. */
export function Recordings({ call: c }: { call: CallDetail }) {
  const w = useWords();
  const me = useMe();
  if (c.recordings.length === 0) return <div className="quiet">{w.noRecording}</div>;
  return (
    <Panel title={w.recorded}>
      {may(me, "recording.play") ? (
        <div className="col calls-sound">
          {c.recordings.map((r) => (
            <section key={r.id} className="col" aria-label={r.talk > 0 ? w.consulted(r.with) : w.recorded}>
              {r.talk > 0 && (
                <div className="s13">
                  {w.consulted(r.with)} <span className="t2 s12">{w.consultedHint}</span>
                </div>
              )}
              <Player recordingId={r.id} durationMs={r.duration_ms} peer={r.talk > 0 ? w.consultant : undefined} />
            </section>
          ))}
        </div>
      ) : (
        <div className="quiet">{w.mayNotPlay}</div>
      )}
    </Panel>
  );
}
