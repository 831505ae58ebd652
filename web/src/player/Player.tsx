import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { RecordingPeaks } from "../api/types";
import { clockOf } from "../time/format";
import { usePeaks } from "./peaks";
import "./player.css";
import { useWords } from "./words";

const SPEEDS = [1, 1.5, 2] as const;
const STEP_SEC = 5;

/**
 * A recording: play and pause, place by click or arrows, speed. The sound is fetched only when it is played, because
 * listening is written into the audit journal; the drawing is not listening.
 */
export function Player({ recordingId, durationMs }: { recordingId: number; durationMs: number }) {
  const w = useWords();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>(1);
  const [failed, setFailed] = useState(false);
  const [measured, setMeasured] = useState<number | null>(null);
  const peaks = usePeaks(recordingId);
  const total = measured ?? (peaks.data?.duration_ms || durationMs) / 1000;
  const url = `/api/v1/recordings/${recordingId}`;

  const start = async () => {
    const element = audio.current;
    if (!element) return;
    if (!element.getAttribute("src")) {
      element.src = url;
      element.currentTime = at;
    }
    element.playbackRate = speed;
    try {
      setFailed(false);
      await element.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) setFailed(true);
    }
  };
  const seek = (to: number) => {
    const place = Math.min(Math.max(to, 0), total);
    setAt(place);
    if (audio.current?.getAttribute("src")) audio.current.currentTime = place;
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };
  const label = w.recording(clockOf(total * 1000));
  return (
    <div>
      <div className="player" role="group" aria-label={label}>
        <audio
          ref={audio}
          preload="none"
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onEnded={() => setAt(0)}
          onTimeUpdate={(e) => setAt(e.currentTarget.currentTime)}
          onLoadedMetadata={(e) => Number.isFinite(e.currentTarget.duration) && setMeasured(e.currentTarget.duration)}
          onError={(e) => e.currentTarget.getAttribute("src") && setFailed(true)}
        />
        <button
          type="button"
          className="play"
          aria-label={playing ? w.pause : w.play}
          onClick={() => (playing ? audio.current?.pause() : void start())}
        >
          {playing ? <IconPlayerPauseFilled size={13} aria-hidden /> : <IconPlayerPlayFilled size={13} aria-hidden />}
        </button>
        <Wave
          peaks={peaks.data}
          at={total > 0 ? at / total : 0}
          total={total}
          onSeek={(part) => seek(part * total)}
          onStep={(s) => seek(at + s)}
        />
        <span className="s12 t2 nw num">{w.of(clockOf(at * 1000), clockOf(total * 1000))}</span>
        <button type="button" className="chip press num speed" aria-label={`${w.speed} ${speed}×`} onClick={faster}>
          {String(speed)}×
        </button>
      </div>
      {failed && (
        <div className="field-error" role="alert">
          {w.failed}
        </div>
      )}
    </div>
  );
}

type WaveProps = {
  peaks: RecordingPeaks | undefined;
  /** How much is played, 0..1. */
  at: number;
  total: number;
  onSeek: (part: number) => void;
  onStep: (sec: number) => void;
};

/** The resident above, the operator below. */
function Wave({ peaks, at, total, onSeek, onStep }: WaveProps) {
  const w = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, peaks, at, width);
  }, [peaks, at, width]);
  const point = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onSeek((event.clientX - box.left) / box.width);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowRight: STEP_SEC, ArrowUp: STEP_SEC, ArrowLeft: -STEP_SEC, ArrowDown: -STEP_SEC }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onStep(step);
  };
  return (
    <canvas
      ref={canvas}
      height={28}
      className="wave"
      role="slider"
      tabIndex={0}
      aria-label={w.seek}
      aria-valuemin={0}
      aria-valuemax={Math.round(total)}
      aria-valuenow={Math.round(at * total)}
      aria-valuetext={clockOf(at * total * 1000)}
      onPointerDown={point}
      onKeyDown={key}
    />
  );
}

const BAR = 3; // px of a bar and its gap
const HALF = 13; // px of one side

function draw(canvas: HTMLCanvasElement, peaks: RecordingPeaks | undefined, at: number, width: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = 28 * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const played = style.getPropertyValue("--c-accent");
  const rest = style.getPropertyValue("--c-line-strong");
  const bars = Math.floor(width / BAR);
  for (let i = 0; i < bars; i++) {
    context.fillStyle = i / bars < at ? played : rest;
    const up = 1 + ((HALF - 1) * loudest(peaks?.peer, i, bars)) / 100;
    const down = 1 + ((HALF - 1) * loudest(peaks?.ours, i, bars)) / 100;
    context.globalAlpha = 1;
    context.fillRect(i * BAR, HALF - up, BAR - 1, up);
    context.globalAlpha = 0.6;
    context.fillRect(i * BAR, HALF + 2, BAR - 1, down);
  }
}

/** The highest of the peaks that fall into bar i of n, 0..100; nothing yet: 0. */
export function loudest(peaks: readonly number[] | undefined, i: number, n: number): number {
  if (!peaks?.length) return 0;
  const from = Math.floor((i * peaks.length) / n);
  const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / n));
  return Math.max(0, ...peaks.slice(from, to));
}
