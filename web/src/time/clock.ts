/** The server's time: countdowns run by it, never by the clock of the person's computer. */
import { useSyncExternalStore } from "react";

let offset = 0;
let known = false;

/** Takes the server's time out of an answer or a beat. The smallest way seen wins: a late beat must not move the clock back. */
export function setServerTime(iso: string): void {
  const next = Date.parse(iso) - Date.now();
  if (Number.isNaN(next)) return;
  // A beat is late by its way here, never early: a larger offset is nearer to the truth; drift is followed slowly.
  offset = !known || next > offset || offset - next > 2_000 ? next : offset - Math.min(offset - next, 5);
  known = true;
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + offset;
}

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let second = 0;

function tick(): void {
  second = Math.floor(serverNow() / 1000);
  for (const watcher of watchers) watcher();
  timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  if (watchers.size === 1) tick();
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) clearTimeout(timer);
  };
}

function snapshot(): number {
  if (watchers.size === 0) second = Math.floor(serverNow() / 1000);
  return second;
}

/** The server's time in ms, whole seconds, renewed once a second by one shared timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot) * 1000;
}
