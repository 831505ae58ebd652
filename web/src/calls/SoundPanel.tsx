import type { CallDetail } from "../api/types";
import { Panel } from "../ui/blocks";
import { useWords } from "./words/sound";

const tone = { good: "", middling: " plan", bad: " emg" } satisfies Record<
  CallDetail["sound"][number]["grade"],
  string
>;

/** What the sound of each side of a call was like; nothing where it was not measured. */
export function SoundPanel({ sound }: { sound: CallDetail["sound"] }) {
  const w = useWords();
  if (sound.length === 0) return null;
  return (
    <Panel title={w.title}>
      <dl className="kv" data-testid="call-sound">
        {sound.map((s) => (
          <div key={s.side} style={{ display: "contents" }}>
            <dt>{w.side[s.side]}</dt>
            <dd className="calls-words">
              <span className={`chip${tone[s.grade]}`}>{s.heard ? w.grade[s.grade] : w.unheard}</span>
              <div className="s12 t2 num">
                {[
                  s.heard && w.loss(s.loss),
                  s.far_loss !== null && w.farLoss(s.far_loss),
                  s.heard && w.jitter(s.jitter_ms),
                  s.rtt_ms !== null && w.rtt(s.rtt_ms),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </div>
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
