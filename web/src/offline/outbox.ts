/**
 * The queue of deeds. Each has a name of its own, so that one sent twice is done once; they go in their order, and
 * what the server refuses is said and waits for the person. Kept on the disk until it has come.
 */
import { api, ApiError, take } from "../api/client";
import type { TicketCard } from "../api/types";
import { upload } from "../files/api";
import { serverNow } from "../time/clock";
import { run } from "./db";
import { staysBehind, type Deed, type Verb } from "./deed";

export type Sending = "sent" | "waiting" | "refused";
type New = Verb & { user: number; ticket: number; number: number };

const AGAIN_AFTER = 15_000;

function newKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is there on safe pages only
  return [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
}

/** Sends one deed; the card it answered with, if any. */
async function send(d: Deed): Promise<TicketCard | undefined> {
  const path = { id: d.ticket };
  const header = { "Idempotency-Key": d.key, "X-Done-At": d.at };
  switch (d.verb) {
    case "accept":
      return take(
        api.POST("/api/v1/tickets/{id}/accept", {
          params: { path, header, ...(d.back ? { query: { take_back: true } } : {}) },
        }),
      );
    case "move":
      return take(api.POST("/api/v1/tickets/{id}/move", { params: { path, header }, body: d.body }));
    case "pause":
      return take(api.POST("/api/v1/tickets/{id}/pause", { params: { path, header }, body: d.body }));
    case "resume":
      return take(api.POST("/api/v1/tickets/{id}/resume", { params: { path, header } }));
    case "localise":
      return take(api.POST("/api/v1/tickets/{id}/localise", { params: { path, header } }));
    case "comment":
      await take(api.POST("/api/v1/tickets/{id}/comments", { params: { path, header }, body: d.body }));
      return undefined;
    case "photo":
      await upload("ticket", d.ticket, new File([d.file], d.name), () => undefined, d.at);
      return undefined;
  }
}

/** The way there or the server is broken: the same is worth sending again. */
const isPassing = (e: unknown) =>
  !(e instanceof ApiError) || e.isOffline || e.status >= 500 || [401, 408, 425, 429].includes(e.status);

export class Outbox {
  private deeds: readonly Deed[] = [];
  private user = 0;
  private flying: Promise<void> | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly watchers = new Set<() => void>();
  private arrived: (d: Deed, card: TicketCard | undefined) => void = () => undefined;

  /** Opens the queue of a person; `arrived` hears what has come. Returns the stop. */
  start(user: number, arrived: (d: Deed, card: TicketCard | undefined) => void): () => void {
    this.user = user;
    this.arrived = arrived;
    const go = () => void this.flush();
    void this.read().then(go);
    window.addEventListener("online", go);
    document.addEventListener("visibilitychange", go);
    this.timer = setInterval(() => this.waiting() && go(), AGAIN_AFTER);
    return () => {
      window.removeEventListener("online", go);
      document.removeEventListener("visibilitychange", go);
      clearInterval(this.timer);
      this.user = 0;
      this.set([]);
    };
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  snapshot = (): readonly Deed[] => this.deeds;

  private waiting = () => this.deeds.some((d) => !d.refused);

  /** Keeps a deed and tries to send it at once. */
  async add(deed: New): Promise<Sending> {
    const kept = { ...deed, key: newKey(), at: new Date(serverNow()).toISOString() };
    const seq = Number(await run("deeds", "readwrite", (s) => s.add(kept)));
    await this.read();
    await this.flush();
    const left = this.deeds.find((d) => d.seq === seq);
    return !left ? "sent" : left.refused ? "refused" : "waiting";
  }

  /** Takes back what has gone on to another meanwhile, in the place of the acceptance that was refused (F34). */
  async takeBack(d: Deed): Promise<void> {
    await this.drop(d.seq);
    await this.add({ verb: "accept", back: true, user: d.user, ticket: d.ticket, number: d.number });
  }

  /** The person has read why it was refused, or does not want it sent any more. */
  async drop(seq: number): Promise<void> {
    await run("deeds", "readwrite", (s) => s.delete(seq));
    await this.read();
  }

  /** Forgets all of this person: he has left this device. */
  async forget(user: number): Promise<void> {
    const all = await run<Deed[]>("deeds", "readonly", (s) => s.getAll() as IDBRequest<Deed[]>);
    for (const d of all) if (d.user === user) await run("deeds", "readwrite", (s) => s.delete(d.seq));
    this.set([]);
  }

  /** Sends what waits, in its order. */
  async flush(): Promise<void> {
    while (this.flying) await this.flying;
    this.flying = alone(() => this.sendAll()).catch(() => undefined);
    await this.flying;
    this.flying = null;
  }

  private async sendAll(): Promise<void> {
    await this.read(); // another page of the program may have sent some
    const user = this.user;
    for (const d of this.deeds) {
      if (d.refused || this.user !== user) continue;
      const why = staysBehind(d, this.deeds);
      if (why) {
        await this.refuse(d, why);
        continue;
      }
      try {
        const card = await send(d);
        await this.drop(d.seq);
        this.arrived(d, card);
      } catch (e) {
        if (isPassing(e)) return;
        const { code, message } = e as ApiError; // isPassing has told the others
        await this.refuse(d, { code, text: message });
        this.arrived(d, undefined);
      }
    }
  }

  private async refuse(d: Deed, refused: NonNullable<Deed["refused"]>): Promise<void> {
    await run("deeds", "readwrite", (s) => s.put({ ...d, refused }));
    await this.read();
  }

  private async read(): Promise<void> {
    const user = this.user;
    const all = await run<Deed[]>("deeds", "readonly", (s) => s.getAll() as IDBRequest<Deed[]>).catch(() => []);
    if (user === this.user) this.set(user ? all.filter((d) => d.user === user) : []);
  }

  private set(deeds: readonly Deed[]): void {
    this.deeds = deeds;
    for (const watcher of this.watchers) watcher();
  }
}

/** One page of the program sends at a time; where the browser cannot say, the names of the deeds keep them single. */
async function alone(f: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return f();
  await navigator.locks.request("d24-outbox", f);
}

export const outbox = new Outbox();
