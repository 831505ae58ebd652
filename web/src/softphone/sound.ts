import { readingOf, type Reading } from "./quality";

/**
 * The browser's side of the sound: one peer connection for the whole shift, G.711,
 * calls are joined to it by the engine.
 */

export interface Sound {
  /** The figures of the connection; null: there is none, or nothing has come yet. */
  measure(): Promise<Reading | null>;
  /** Makes a new peer and resolves to its offer with all candidates in it. */
  offer(mic: MediaStream | null): Promise<string>;
  accept(sdp: string): Promise<void>;
  /** Another microphone or none, without a new offer. */
  use(mic: MediaStream | null): Promise<void>;
  mute(on: boolean): void;
  speaker(deviceId: string): void;
  close(): void;
}

/** The engine does not transcode: only these two are spoken. */
const spoken = new Set(["audio/pcmu", "audio/pcma", "audio/telephone-event"]);
const gatherFor = 2000;

interface Listener {
  onState(up: boolean): void;
  /** The browser refuses to play before the person has touched the page. */
  onBlocked(blocked: boolean): void;
}

export class PeerSound implements Sound {
  private pc: RTCPeerConnection | null = null;
  private sender: RTCRtpSender | null = null;
  private readonly audio: HTMLAudioElement;
  private muted = false;

  constructor(private readonly listener: Listener) {
    this.audio = document.createElement("audio");
    this.audio.autoplay = true;
    this.audio.hidden = true;
    this.audio.dataset.testid = "remote-audio";
    document.body.append(this.audio);
  }

  async offer(mic: MediaStream | null): Promise<string> {
    this.drop();
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.pc = pc;
    const track = mic?.getAudioTracks()[0];
    if (track) track.enabled = !this.muted;
    const transceiver = pc.addTransceiver(track ?? "audio", {
      direction: "sendrecv",
      ...(mic ? { streams: [mic] } : {}),
    });
    this.sender = transceiver.sender;
    prefer(transceiver);
    pc.ontrack = (e) => this.hear(e.streams[0] ?? new MediaStream([e.track]));
    pc.onconnectionstatechange = () => {
      if (this.pc !== pc) return;
      if (pc.connectionState === "connected") this.listener.onState(true);
      if (pc.connectionState === "failed" || pc.connectionState === "closed") this.listener.onState(false);
    };
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    const sdp = pc.localDescription?.sdp;
    if (!sdp) throw new Error("no local description");
    return sdp;
  }

  async accept(sdp: string): Promise<void> {
    if (this.pc?.signalingState !== "have-local-offer") return; // an answer to an older offer
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  async use(mic: MediaStream | null): Promise<void> {
    const track = mic?.getAudioTracks()[0] ?? null;
    if (track) track.enabled = !this.muted;
    await this.sender?.replaceTrack(track);
  }

  async measure(): Promise<Reading | null> {
    const report = await this.pc?.getStats();
    return report ? readingOf(report) : null;
  }

  mute(on: boolean): void {
    this.muted = on;
    if (this.sender?.track) this.sender.track.enabled = !on;
  }

  speaker(deviceId: string): void {
    // A device that is gone leaves the system's default.
    this.audio.setSinkId?.(deviceId).catch(() => undefined);
  }

  close(): void {
    this.drop();
    this.audio.srcObject = null;
    this.audio.remove();
  }

  private hear(stream: MediaStream): void {
    this.audio.srcObject = stream;
    this.audio.play().then(
      () => this.listener.onBlocked(false),
      (e: unknown) => {
        if (!(e instanceof DOMException) || e.name !== "NotAllowedError") return;
        this.listener.onBlocked(true);
        const again = () => {
          void this.audio.play().then(() => this.listener.onBlocked(false));
        };
        addEventListener("pointerdown", again, { once: true });
        addEventListener("keydown", again, { once: true });
      },
    );
  }

  private drop(): void {
    const pc = this.pc;
    this.pc = null;
    this.sender = null;
    if (!pc) return;
    pc.ontrack = null;
    pc.onconnectionstatechange = null;
    pc.close();
  }
}

function prefer(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const rank = (c: RTCRtpCodec) => (c.mimeType.toLowerCase() === "audio/pcma" ? 0 : 1);
  const g711 = codecs.filter((c) => spoken.has(c.mimeType.toLowerCase()) && c.clockRate === 8000);
  if (g711.length > 0) transceiver.setCodecPreferences(g711.sort((a, b) => rank(a) - rank(b)));
}

/** The engine takes no candidates afterwards: all of them go with the offer. */
function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, gatherFor);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}
