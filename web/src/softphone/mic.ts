/**
 * The microphone: permission, which one, and whether it hears. A dispatcher whom
 * nobody hears must not be given calls, so it counts as working only after it has
 * heard something.
 */

/** `quiet`: open, nothing heard yet. */
export type MicState = "asking" | "quiet" | "ok" | "denied" | "missing" | "busy" | "insecure" | "lost";

export interface Mic {
  /** Opens the microphone chosen before, or the system's; `processing`: without echo and noise. */
  open(deviceId: string, processing: boolean): Promise<MediaStream | null>;
  close(): void;
  /** Nobody heard it: it has to be heard again here. */
  doubt(): void;
  state: MicState;
  stream: MediaStream | null;
}

export interface MicListener {
  onState(state: MicState): void;
  /** Loudness 0..1, ten times a second. */
  onLevel(level: number): void;
}

/** Louder than the noise of a room, quieter than a voice. */
const voice = 0.015;
const everyMs = 100;
const heardKey = "d24.mic.heard";

export class RealMic implements Mic {
  state: MicState = "asking";
  stream: MediaStream | null = null;
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private wanted = 0;

  constructor(private readonly listener: MicListener) {}

  async open(deviceId: string, processing: boolean): Promise<MediaStream | null> {
    const turn = ++this.wanted;
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) return this.fail("insecure");
    this.set("asking");
    let stream: MediaStream;
    try {
      stream = await ask(deviceId, processing);
    } catch (e) {
      return turn === this.wanted ? this.fail(why(e)) : null;
    }
    if (turn !== this.wanted) {
      stream.getTracks().forEach((t) => t.stop());
      return null;
    }
    const track = stream.getAudioTracks()[0];
    if (!track) return this.fail("missing");
    track.onended = () => {
      if (this.stream === stream) this.fail("lost");
    };
    this.stream = stream;
    // Heard earlier in this sitting: the check is not asked for after a reload.
    this.set(sessionStorage.getItem(heardKey) === track.label ? "ok" : "quiet");
    this.meter(stream, track.label);
    return stream;
  }

  close(): void {
    this.wanted++;
    this.stop();
  }

  doubt(): void {
    sessionStorage.removeItem(heardKey);
    if (this.state === "ok") this.set("quiet");
  }

  private meter(stream: MediaStream, label: string): void {
    const context = new AudioContext();
    this.context = context;
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    if (context.state === "suspended") {
      const wake = () => void context.resume().catch(() => undefined);
      addEventListener("pointerdown", wake, { once: true });
      addEventListener("keydown", wake, { once: true });
    }
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      const level = loudness(wave);
      if (level > voice && this.state === "quiet") {
        sessionStorage.setItem(heardKey, label);
        this.set("ok");
      }
      this.listener.onLevel(Math.min(1, level * 4));
    }, everyMs);
  }

  private stop(): void {
    clearInterval(this.timer);
    void this.context?.close().catch(() => undefined);
    this.context = null;
    this.stream?.getTracks().forEach((t) => {
      t.onended = null;
      t.stop();
    });
    this.stream = null;
  }

  private fail(state: MicState): null {
    this.stop();
    this.set(state);
    return null;
  }

  private set(state: MicState): void {
    this.state = state;
    this.listener.onState(state);
  }
}

/** Root mean square of a wave of −1..1. */
export function loudness(wave: Float32Array): number {
  let sum = 0;
  for (const v of wave) sum += v * v;
  return Math.sqrt(sum / (wave.length || 1));
}

async function ask(deviceId: string, processing: boolean): Promise<MediaStream> {
  const audio: MediaTrackConstraints = {
    echoCancellation: processing,
    noiseSuppression: processing,
    autoGainControl: processing,
  };
  if (!deviceId) return navigator.mediaDevices.getUserMedia({ audio });
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
  } catch (e) {
    // The headset chosen before is not plugged in: the system's one is better than none.
    if (e instanceof DOMException && (e.name === "OverconstrainedError" || e.name === "NotFoundError")) {
      return navigator.mediaDevices.getUserMedia({ audio });
    }
    throw e;
  }
}

/** Which trouble a refusal of getUserMedia means. */
export function why(e: unknown): MicState {
  const name = e instanceof DOMException || e instanceof Error ? e.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    default:
      return "busy";
  }
}
