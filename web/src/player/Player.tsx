import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { RecordingPeaks } from "../api/types";
import { clockOf } from "../time/format";
import { HoldLine } from "./HoldLine";
import { usePeaks } from "./peaks";
import "./player.css";
import { useWords } from "./words";

const SPEEDS = [1, 1.25, 1.5, 1.75, 2] as const;
const STEP_SEC = 5;
const LEAP_SEC = 30;

/**
 * A recording: play and pause, place by click or keys, speed, the file by right, until when it is kept. The sound is
 * fetched only when it is played, because listening is written into the audit journal; the drawing is not listening.
 */
export function Player({
  recordingId,
  durationMs,
  peer,
}: {
  recordingId: number;
  durationMs: number;
  peer?: string | undefined;
}) {
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
  const toggle = () => (playing ? audio.current?.pause() : void start());
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
        <button type="button" className="play" aria-label={playing ? w.pause : w.play} onClick={toggle}>
          {playing ? <IconPlayerPauseFilled size={13} aria-hidden /> : <IconPlayerPlayFilled size={13} aria-hidden />}
        </button>
        <Wave
          peer={peer}
          peaks={peaks.data}
          at={total > 0 ? at / total : 0}
          total={total}
          onSeek={(part) => seek(part * total)}
          onMove={seek}
          onToggle={toggle}
        />
        <span className="s12 t2 nw num">{w.of(clockOf(at * 1000), clockOf(total * 1000))}</span>
        <button type="button" className="chip press num speed" aria-label={`${w.speed} ${speed}×`} onClick={faster}>
          {w.times(speed)}
        </button>
        {peaks.data?.may_download && (
          <a
            className="chip press take"
            href={`${url}?download=true`}
            download
            aria-label={w.download}
            title={w.download}
          >
            <IconDownload size={14} aria-hidden />
          </a>
        )}
      </div>
      {peaks.data && <HoldLine recordingId={recordingId} of={peaks.data} />}
      {failed && (
        <div className="field-error" role="alert">
          {w.failed}
        </div>
      )}
    </div>
  );
}

type WaveProps = {
  /** Who is in the upper row; without: the subscriber. */
  peer: string | undefined;
  peaks: RecordingPeaks | undefined;
  /** How much is played, 0..1. */
  at: number;
  total: number;
  onSeek: (part: number) => void;
  /** To a second of the recording. */
  onMove: (sec: number) => void;
  onToggle: () => void;
};

/** Where a key leads from a place in the recording; undefined: not a key of the player. */
export function placeOf(key: string, at: number, total: number): number | undefined {
  const to = {
    ArrowRight: at + STEP_SEC,
    ArrowUp: at + STEP_SEC,
    ArrowLeft: at - STEP_SEC,
    ArrowDown: at - STEP_SEC,
    PageUp: at + LEAP_SEC,
    PageDown: at - LEAP_SEC,
    Home: 0,
    End: total,
  }[key];
  return to === undefined ? undefined : Math.min(Math.max(to, 0), total);
}

/** Two rows: who called or was called above, our side below. */
function Wave({ peer, peaks, at, total, onSeek, onMove, onToggle }: WaveProps) {
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
    const to = placeOf(event.key, at * total, total);
    if (to === undefined && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (to === undefined) onToggle();
    else onMove(to);
  };
  return (
    <div className="tracks">
      <span className="track" aria-hidden>
        {peer ?? w.peer}
      </span>
      <span className="track" aria-hidden>
        {w.ours}
      </span>
      <canvas
        ref={canvas}
        height={2 * ROW}
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
    </div>
  );
}

const BAR = 3; // px of a bar and its gap
const ROW = 20; // px of one side

function draw(canvas: HTMLCanvasElement, peaks: RecordingPeaks | undefined, at: number, width: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = 2 * ROW * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const played = style.getPropertyValue("--c-accent");
  const rest = style.getPropertyValue("--c-line-strong");
  const bars = Math.floor(width / BAR);
  for (let i = 0; i < bars; i++) {
    context.fillStyle = i / bars < at ? played : rest;
    for (const [row, side] of [peaks?.peer, peaks?.ours].entries()) {
      const height = 2 + ((ROW - 4) * loudest(side, i, bars)) / 100;
      context.fillRect(i * BAR, row * ROW + (ROW - height) / 2, BAR - 1, height);
    }
  }
}

/** The highest of the peaks that fall into bar i of n, 0..100; nothing yet: 0. */
export function loudest(peaks: readonly number[] | undefined, i: number, n: number): number {
  if (!peaks?.length) return 0;
  const from = Math.floor((i * peaks.length) / n);
  const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / n));
  return Math.max(0, ...peaks.slice(from, to));
}
