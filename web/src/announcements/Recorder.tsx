import { Button } from "@mantine/core";
import { IconMicrophone, IconPlayerStopFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { clockOf } from "../time/format";
import { Note } from "../ui/blocks";
import { Hear } from "./Hear";
import { toWav } from "./wav";
import { useWords } from "./words";

const MOST_MS = 120_000;

/** Records a phrase with the microphone: the level is seen, the phrase is heard before it is kept. */
export function Recorder({ onKeep, busy }: { onKeep: (sound: Blob) => void; busy: boolean }) {
  const w = useWords();
  const [state, setState] = useState<"idle" | "recording" | "done">("idle");
  const [failed, setFailed] = useState<string | null>(null);
  const [level, setLevel] = useState(0);
  const [ms, setMs] = useState(0);
  const [sound, setSound] = useState<Blob | null>(null);
  const live = useRef<{ recorder: MediaRecorder; close: () => void } | null>(null);
  useEffect(() => () => live.current?.close(), []);
  const begin = async () => {
    setFailed(null);
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      setFailed(w.noMic);
      return;
    }
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    const context = new AudioContext();
    const ear = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(ear);
    const wave = new Float32Array(ear.fftSize);
    const from = performance.now();
    const timer = setInterval(() => {
      ear.getFloatTimeDomainData(wave);
      setLevel(Math.min(1, 3 * Math.sqrt(wave.reduce((sum, v) => sum + v * v, 0) / wave.length)));
      setMs(performance.now() - from);
      if (performance.now() - from > MOST_MS && recorder.state === "recording") recorder.stop();
    }, 100);
    const close = () => {
      clearInterval(timer);
      stream.getTracks().forEach((t) => t.stop());
      void context.close();
      live.current = null;
    };
    recorder.ondataavailable = (e) => parts.push(e.data);
    recorder.onstop = () => {
      close();
      toWav(new Blob(parts, { type: recorder.mimeType })).then(
        (wav) => {
          setSound(wav);
          setState("done");
        },
        () => {
          setFailed(w.unread);
          setState("idle");
        },
      );
    };
    live.current = { recorder, close };
    setMs(0);
    setState("recording");
    recorder.start();
  };
  const keep = () => {
    if (sound) onKeep(sound);
    setState("idle");
    setSound(null);
  };
  if (state === "recording") {
    return (
      <div className="row wrap" role="group" aria-label={w.record}>
        <span aria-live="off">{w.recording(clockOf(ms))}</span>
        <meter className="mic-level" min={0} max={1} value={level} aria-label={w.level} />
        <Button
          color="red"
          leftSection={<IconPlayerStopFilled size={16} />}
          onClick={() => live.current?.recorder.stop()}
        >
          {w.finish}
        </Button>
      </div>
    );
  }
  if (state === "done" && sound) {
    return (
      <div className="row wrap" role="group" aria-label={w.yours}>
        <span>{w.yours}</span>
        <Hear src={() => Promise.resolve(sound)} />
        <Button onClick={keep} loading={busy}>
          {w.keep}
        </Button>
        <Button variant="subtle" onClick={() => setState("idle")}>
          {w.discard}
        </Button>
      </div>
    );
  }
  return (
    <>
      <Button variant="default" leftSection={<IconMicrophone size={16} />} onClick={() => void begin()}>
        {w.record}
      </Button>
      {failed && <Note tone="emg">{failed}</Note>}
    </>
  );
}
