import { recall, remember, type Devices } from "./devices";
import { start, step, type Effect, type Event, type Phone, type Wish } from "./machine";
import { RealMic, type Mic, type MicListener, type MicState } from "./mic";
import { parse, type ClientMessage, type Device, type TransferMode, type WatchMode, type Whom } from "./protocol";
import type { Quality } from "./quality";
import { Ring } from "./ring";
import { PeerSound, type Sound } from "./sound";
import { QualityWatch } from "./watchQuality";

/** What the screens see. A new object at every change. */
export interface View {
  phone: Phone;
  mic: MicState;
  muted: boolean;
  /** The browser waits for a touch before it plays. */
  blocked: boolean;
  devices: Devices;
  /** Of the connection during a talk by the browser; null: no talk, or not known yet. */
  quality: Quality | null;
}

export type Socket = Pick<WebSocket, "send" | "close" | "readyState" | "onopen" | "onmessage" | "onclose">;

/** What the softphone stands on; tests put their own. */
export interface Parts {
  socket(): Socket;
  sound(on: { onState(up: boolean): void; onBlocked(blocked: boolean): void }): Sound;
  mic(on: MicListener): Mic;
  ring: Pick<Ring, "start" | "stop" | "set">;
  tab: string;
  luck(): number;
}

/** The engine takes a page that says nothing for 6 s for one without a network (F1). */
const pingEvery = 2_000;
const silentFor = 7_000;
const openFor = 8_000;
const answerFor = 8_000;
const wishKey = "d24.wish";
const deviceKey = "d24.device";
const OPEN = 1;

/**
 * The operator's telephone in the browser: one WebSocket to the engine, one peer
 * connection for the whole shift. It outlives the screens and comes back by itself.
 */
export class Softphone {
  private view: View;
  private level = 0;
  private socket: Socket | null = null;
  private sound: Sound | null = null;
  private mic: Mic | null = null;
  private running = false;
  private heardAt = 0;
  private offers = 0;
  private pinger: ReturnType<typeof setInterval> | undefined;
  private reconnect: ReturnType<typeof setTimeout> | undefined;
  private opening: ReturnType<typeof setTimeout> | undefined;
  private reoffer: ReturnType<typeof setTimeout> | undefined;
  private readonly looker = new QualityWatch(
    () => this.sound?.measure() ?? Promise.resolve(null),
    (quality) => this.set({ quality }),
  );
  private readonly watchers = new Set<() => void>();
  private readonly levelWatchers = new Set<() => void>();

  constructor(private readonly parts: Parts) {
    const kept = keptWish();
    this.view = {
      phone: start(kept.wish, kept.reason, keptDevice()),
      mic: "asking",
      muted: false,
      blocked: false,
      devices: recall(),
      quality: null,
    };
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  snapshot = (): View => this.view;
  subscribeLevel = (watcher: () => void): (() => void) => {
    this.levelWatchers.add(watcher);
    return () => this.levelWatchers.delete(watcher);
  };
  /** Loudness of the microphone, 0..1. */
  micLevel = (): number => this.level;

  start(): void {
    if (this.running) return;
    this.running = true;
    this.view = {
      ...this.view,
      phone: start(this.view.phone.wish, this.view.phone.wishReason, this.view.phone.device),
      devices: recall(),
    };
    this.sound = this.parts.sound({
      onState: (up) => this.soundIs(up),
      onBlocked: (blocked) => this.set({ blocked }),
    });
    this.mic = this.parts.mic({ onState: (s) => this.micIs(s), onLevel: (l) => this.levelIs(l) });
    this.sound.speaker(this.view.devices.speaker);
    void this.openMic();
    this.connect();
    navigator.mediaDevices?.addEventListener?.("devicechange", this.devicesChanged);
    addEventListener("online", this.again);
  }

  stop(): void {
    this.running = false;
    this.looker.set(false);
    clearTimeout(this.reconnect);
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.devicesChanged);
    removeEventListener("online", this.again);
    this.disconnect();
    this.silence();
    this.mic?.close();
    this.sound?.close();
    this.mic = null;
    this.sound = null;
  }

  ready(): void {
    if (this.view.mic === "ok" || this.view.phone.device === "phone") this.want("ready", "");
  }
  /** Calls come by the browser, or by the telephone on the desk. */
  by(device: Device): void {
    localStorage.setItem(deviceKey, device);
    this.feed({ type: "device", device });
  }
  pause(reason: string): void {
    this.want("pause", reason);
  }
  /** While the result of a call is not said, no new one comes. */
  paperwork(on: boolean): void {
    if (this.view.phone.paperwork !== on) this.feed({ type: "paperwork", on });
  }
  wrappedUp(): void {
    this.send({ type: "wrapped_up" });
  }
  takeover(): void {
    this.feed({ type: "takeover" });
    void this.openMic();
  }
  /** The call that ended is written up: it leaves the screen. */
  forget(): void {
    this.feed({ type: "forget" });
  }
  answer(): void {
    this.parts.ring.stop();
    this.about((call) => ({ type: "answer", call }));
  }
  decline(): void {
    this.about((call) => ({ type: "decline", call }));
  }
  dialNow(): void {
    this.about((call) => ({ type: "dial_now", call }));
  }
  hangup(): void {
    this.about((call) => ({ type: "hangup", call }));
  }
  /** Says goodbye to a line on which nobody is heard. */
  sayGoodbye(): void {
    this.about((call) => ({ type: "silence", call }));
  }
  hold(on: boolean): void {
    this.about((call) => ({ type: "hold", call, on }));
  }
  digit(digit: string): void {
    this.about((call) => ({ type: "digit", call, digit }));
  }
  /** Leads the caller to a competent person or a colleague. */
  transfer(to: Whom, mode: TransferMode): void {
    this.about((call) => ({ type: "transfer", call, ...to, mode }));
  }
  /** Asks to whom of the colleagues he may be led. */
  askColleagues(): void {
    if (this.view.phone.leads) this.about((call) => ({ type: "colleagues", call }));
  }
  /** The person has answered and takes the caller. */
  transferConnect(): void {
    this.about((call) => ({ type: "transfer_connect", call }));
  }
  /** The caller stays with the operator. */
  transferBack(): void {
    this.about((call) => ({ type: "transfer_back", call }));
  }
  /** A supervisor hears somebody's talk, or changes how he takes part in it. */
  watch(call: string, mode: WatchMode): void {
    this.send({ type: "watch", call, mode });
  }
  unwatch(): void {
    this.send({ type: "unwatch" });
  }
  /** Three seconds of our voice come back from the engine. */
  checkSound(): void {
    this.send({ type: "echo" });
  }
  mute(on: boolean): void {
    this.sound?.mute(on);
    this.set({ muted: on });
  }
  retryMic(): void {
    void this.openMic();
  }
  choose(change: Partial<Devices>): void {
    const devices = { ...this.view.devices, ...change };
    remember(devices);
    this.set({ devices });
    this.parts.ring.set(devices.ringVolume, devices.ring);
    if (change.speaker !== undefined) this.sound?.speaker(change.speaker);
    if (change.mic !== undefined || change.processing !== undefined) void this.openMic();
  }
  tryRing(): void {
    this.parts.ring.start();
    setTimeout(() => {
      if (this.view.phone.call?.state !== "ringing") this.parts.ring.stop();
    }, 1500);
  }

  /** One short ring: something is forgotten. */
  remind(): void {
    this.tryRing();
  }

  private want(state: Wish, reason: string): void {
    sessionStorage.setItem(wishKey, JSON.stringify({ wish: state, reason }));
    this.feed({ type: "want", state, reason });
  }

  private about(message: (key: string) => ClientMessage): void {
    const key = this.view.phone.call?.key;
    if (key) this.send(message(key));
  }

  private feed(event: Event): void {
    if (!this.running) return;
    const [phone, effects] = step(this.view.phone, event, this.parts.tab, this.parts.luck());
    if (phone.call?.key !== this.view.phone.call?.key && this.view.muted) this.mute(false);
    this.set({ phone });
    for (const effect of effects) this.carryOut(effect);
    const now = this.view.phone; // an effect may have fed another event
    this.looker.set(now.call?.state === "talking" && now.media === "up" && now.desk?.device !== "phone");
    // The telephone on the desk rings itself.
    if (phone.call?.state === "ringing" && phone.welcomed && phone.desk?.device !== "phone") this.parts.ring.start();
    else this.parts.ring.stop();
  }

  private carryOut(effect: Effect): void {
    switch (effect.do) {
      case "send":
        return this.send(effect.message);
      case "connect":
        clearTimeout(this.reconnect);
        this.reconnect = setTimeout(() => this.connect(), effect.inMs);
        return;
      case "disconnect":
        return this.disconnect();
      case "offer":
        return this.offerSoon();
      case "accept":
        void this.sound?.accept(effect.sdp).catch(() => this.offerSoon());
        return;
      case "silence":
        return this.silence();
      case "doubt":
        return this.mic?.doubt();
    }
  }

  /** The network is back: the caller waits, so the next try is now. */
  private readonly again = (): void => {
    if (this.view.phone.link === "lost") this.connect();
  };

  private connect(): void {
    if (!this.running) return;
    this.disconnect();
    const socket = this.parts.socket();
    this.socket = socket;
    this.heardAt = Date.now();
    // A connection that neither opens nor fails would hang for minutes.
    this.opening = setTimeout(() => this.fell(socket), openFor);
    socket.onopen = () => {
      clearTimeout(this.opening);
      this.heardAt = Date.now();
      this.feed({ type: "opened" });
    };
    socket.onmessage = (e: MessageEvent) => {
      this.heardAt = Date.now();
      const message = parse(String(e.data));
      if (message) this.feed({ type: "message", message, now: Date.now() });
    };
    socket.onclose = () => this.fell(socket);
    this.pinger = setInterval(() => {
      if (Date.now() - this.heardAt > silentFor) return this.fell(socket);
      this.send({ type: "ping", t: Date.now() });
    }, pingEvery);
  }

  private fell(socket: Socket): void {
    if (this.socket !== socket) return;
    this.disconnect();
    this.feed({ type: "closed", now: Date.now() });
  }

  private disconnect(): void {
    clearInterval(this.pinger);
    clearTimeout(this.opening);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(message));
  }

  /** The first offer goes at once; after failures we wait longer and longer. */
  private offerSoon(): void {
    clearTimeout(this.reoffer);
    const wait = this.offers === 0 ? 0 : Math.min(10_000, 500 * 2 ** this.offers);
    this.offers++;
    this.reoffer = setTimeout(() => void this.offer(), wait);
  }

  private async offer(): Promise<void> {
    if (!this.sound || !this.view.phone.welcomed) return;
    try {
      const sdp = await this.sound.offer(this.mic?.stream ?? null);
      this.send({ type: "offer", sdp });
    } catch {
      return this.offerSoon();
    }
    this.reoffer = setTimeout(() => {
      if (this.view.phone.media !== "up") this.offerSoon();
    }, answerFor);
  }

  private soundIs(up: boolean): void {
    if (up) {
      this.offers = 0;
      clearTimeout(this.reoffer);
    }
    this.feed({ type: "media", media: up ? "up" : "down" });
  }

  private silence(): void {
    clearTimeout(this.reoffer);
    this.offers = 0;
    this.parts.ring.stop();
  }

  private async openMic(): Promise<void> {
    const stream = (await this.mic?.open(this.view.devices.mic, this.view.devices.processing)) ?? null;
    await this.sound?.use(stream)?.catch(() => this.offerSoon());
  }

  private micIs(mic: MicState): void {
    this.set({ mic });
    const ok = mic === "ok";
    if (ok !== this.view.phone.micOK) this.feed({ type: "mic", ok, level: this.level });
  }

  private levelIs(level: number): void {
    this.level = level;
    for (const w of this.levelWatchers) w();
  }

  private readonly devicesChanged = (): void => {
    if (["missing", "lost", "busy"].includes(this.view.mic)) void this.openMic();
  };

  private set(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    for (const w of this.watchers) w();
  }
}

function keptDevice(): Device {
  return localStorage.getItem(deviceKey) === "phone" ? "phone" : "browser";
}

function keptWish(): { wish: Wish; reason: string } {
  try {
    const kept = JSON.parse(sessionStorage.getItem(wishKey) ?? "null") as { wish?: unknown; reason?: unknown } | null;
    if (kept?.wish === "ready") return { wish: "ready", reason: "" };
    return { wish: "pause", reason: typeof kept?.reason === "string" ? kept.reason : "" };
  } catch {
    return { wish: "pause", reason: "" };
  }
}

/** One tab keeps its name over a reload; a duplicated tab gets its own. */
export function tabName(): string {
  const [entry] = performance.getEntriesByType("navigation");
  const isReload = entry !== undefined && "type" in entry && entry.type === "reload";
  const kept = isReload ? sessionStorage.getItem("d24.tab") : null;
  const name = kept ?? Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16)).join("");
  sessionStorage.setItem("d24.tab", name);
  return name;
}

/** The telephone of this browser. */
export function realParts(): Parts {
  const kept = recall();
  return {
    socket: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/desk/ws`),
    sound: (on) => new PeerSound(on),
    mic: (on) => new RealMic(on),
    ring: new Ring(kept.ringVolume, kept.ring),
    tab: tabName(),
    luck: Math.random,
  };
}
