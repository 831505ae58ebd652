import { IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Wallboard } from "../api/types";
import { late, waitTone } from "../time/tones";
import { useWords } from "./words";

/** What is red now; a sound comes once for each that turns so. */
function reds(data: Wallboard, now: number): string[] {
  const waited = data.longest_since ? waitTone(now - Date.parse(data.longest_since)) : "";
  return [
    data.urgent > 0 && "urgent",
    (waited === "bad" || waited === "over") && `longest ${waited}`,
    data.lost.length > 0 && "lost",
    data.not_handed_over.length > 0 && "owed",
    data.due_soon.some((d) => late(d.at, now)) && "due",
    data.trunks.length > 0 && data.trunks.every((t) => t.state === "down") && "trunks",
    !data.engine_alive && "engine",
  ].filter((red) => red !== false);
}

/** The sound of the wall: off until somebody clicks, for a browser lets nothing sound before. */
export function Alert({ data, now }: { data: Wallboard; now: number }) {
  const w = useWords();
  const [audio, setAudio] = useState<AudioContext | null>(null);
  const was = useRef<string[]>([]);
  const red = reds(data, now).join(",");
  useEffect(() => {
    const now = red === "" ? [] : red.split(",");
    const fresh = now.some((r) => !was.current.includes(r));
    was.current = now;
    if (audio && fresh) beep(audio);
  }, [red, audio]);
  useEffect(() => () => void audio?.close(), [audio]);
  const toggle = () => {
    if (audio) return setAudio(null);
    const fresh = new AudioContext();
    beep(fresh);
    setAudio(fresh);
  };
  return (
    <button
      type="button"
      className="wall-link"
      aria-pressed={audio !== null}
      aria-label={audio ? w.soundOff : w.soundOn}
      onClick={toggle}
      data-testid="wall-sound"
    >
      {audio ? <IconVolume aria-hidden /> : <IconVolumeOff aria-hidden />}
    </button>
  );
}

/** Two short tones. */
function beep(audio: AudioContext) {
  for (const [n, hz] of [880, 660].entries()) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    gain.gain.value = 0.2;
    tone.frequency.value = hz;
    tone.connect(gain).connect(audio.destination);
    tone.start(audio.currentTime + n * 0.25);
    tone.stop(audio.currentTime + n * 0.25 + 0.2);
  }
}
