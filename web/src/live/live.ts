/**
 * The live link: one EventSource to /api/v1/live for the whole program. Event "change" {topic, id} makes queries with
 * that topic in their meta fetch again; "beat" every 2 s proves the link. No beat for LOST_AFTER ms: the link is lost.
 */
import type { QueryClient } from "@tanstack/react-query";
import { setServerTime } from "../time/clock";

export type Topic =
  | "ticket"
  | "task"
  | "call"
  | "escalation"
  | "figures"
  | "operator"
  | "alarm"
  | "session"
  | "staff"
  | "assignment"
  | "file"
  | "notice"
  | "incident"
  | "handover"
  | "coverage"
  | "supplier_ticket"
  | "errand"
  | "view";
/** topic "all" means: something was missed, fetch everything again. */
export type Change = { topic: Topic | "all"; id: number };
export type Link = { state: "connecting" | "live" | "lost" | "restored"; since: number };

export const LOST_AFTER = 6_000;
const RESTORED_FOR = 4_000;
const REOPEN_AFTER = 2_000;
const GATHER = 250;

type Source = Pick<EventSource, "addEventListener" | "close" | "readyState">;

/** The link with its state; use the one instance `live` except in tests. */
export class Live {
  private source: Source | null = null;
  private link: Link = { state: "connecting", since: 0 };
  private lastBeat = 0;
  private watch: ReturnType<typeof setInterval> | undefined;
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<(change: Change) => void>();
  private ended: () => void = () => undefined;

  constructor(private readonly open: () => Source = () => new EventSource("/api/v1/live")) {}

  /** Opens the link; `ended` is called when the server said that the session may be over. Returns the stop. */
  start(ended: () => void): () => void {
    this.ended = ended;
    this.lastBeat = Date.now();
    this.connect();
    this.watch = setInterval(() => this.look(), 500);
    window.addEventListener("pagehide", this.left);
    window.addEventListener("pageshow", this.back);
    return () => {
      window.removeEventListener("pagehide", this.left);
      window.removeEventListener("pageshow", this.back);
      clearInterval(this.watch);
      this.source?.close();
      this.source = null;
      this.set("connecting");
    };
  }

  /** Hears every change; returns the unsubscription. */
  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** For useSyncExternalStore: told when the state of the link changes. */
  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  snapshot = (): Link => this.link;

  /** A page the browser keeps for «back» would hold its stream, and six of them every connection to the server. */
  private left = (): void => {
    this.source?.close();
    this.source = null;
  };
  private back = (e: PageTransitionEvent): void => {
    if (!e.persisted) return;
    this.set("lost", this.lastBeat); // what changed meanwhile is fetched with the first beat
    this.connect();
  };

  private connect(): void {
    this.source?.close();
    const source = this.open();
    this.source = source;
    source.addEventListener("beat", (e) => this.beat((e as MessageEvent<string>).data));
    source.addEventListener("change", (e) => this.tell(JSON.parse((e as MessageEvent<string>).data) as Change));
    source.addEventListener("error", () => {
      // CLOSED: the browser gave up (an answer that is not a stream, such as 401); it reopens others by itself.
      if (source.readyState !== 2 || this.source !== source) return;
      this.ended();
      setTimeout(() => {
        if (this.source === source) this.connect();
      }, REOPEN_AFTER);
    });
  }

  private beat(data: string): void {
    const { time } = JSON.parse(data) as { time: string };
    setServerTime(time);
    const wasLost = this.link.state === "lost";
    this.lastBeat = Date.now();
    if (wasLost) {
      this.set("restored");
      this.tell({ topic: "all", id: 0 });
    } else if (this.link.state === "connecting") {
      this.set("live");
    }
  }

  private look(): void {
    const silent = Date.now() - this.lastBeat;
    if (silent > LOST_AFTER && this.link.state !== "lost") this.set("lost", this.lastBeat);
    if (this.link.state === "lost" && silent > 2 * LOST_AFTER && silent % LOST_AFTER < 500) this.connect(); // a dead socket never errs
    if (this.link.state === "restored" && Date.now() - this.link.since > RESTORED_FOR) this.set("live");
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  private set(state: Link["state"], since = Date.now()): void {
    this.link = { state, since };
    for (const watcher of this.watchers) watcher();
  }
}

export const live = new Live();

/** Makes changes refresh the cache; changes of a quarter of a second are taken together. Returns the stop. */
export function refreshOnChange(source: Live, client: QueryClient): () => void {
  let waiting: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    const changes = waiting;
    waiting = [];
    timer = undefined;
    void client.invalidateQueries({
      predicate: ({ meta }) => {
        const topics = meta?.live;
        if (!topics) return false;
        return changes.some(
          (c) =>
            c.topic === "all" ||
            (topics.includes(c.topic) && (meta.id === undefined || c.topic !== topics[0] || !c.id || c.id === meta.id)),
        );
      },
    });
  };
  const off = source.onChange((change) => {
    waiting.push(change);
    timer ??= setTimeout(flush, GATHER);
  });
  return () => {
    off();
    clearTimeout(timer);
  };
}
