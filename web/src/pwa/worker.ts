/** The service worker: registered, looked after, and changed for a new one when the person says so. */
import { useSyncExternalStore } from "react";

const LOOK_EVERY = 60 * 60_000;

let waiting: ServiceWorker | null = null;
const watchers = new Set<() => void>();

function offer(worker: ServiceWorker | null): void {
  waiting = worker;
  for (const watcher of watchers) watcher();
}

/** Registers it; browsers without one, and pages that are not safe, go on without. */
export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const reg = await navigator.serviceWorker.register("/sw.js");
    if (reg.waiting && navigator.serviceWorker.controller) offer(reg.waiting);
    reg.addEventListener("updatefound", () => {
      const next = reg.installing;
      next?.addEventListener("statechange", () => {
        // without a controller it is the first one: there is nothing to change
        if (next.state === "installed" && navigator.serviceWorker.controller) offer(next);
      });
    });
    setInterval(() => void reg.update().catch(() => undefined), LOOK_EVERY);
  } catch {
    // the program works without it, only not without a network
  }
}

/** Whether a new version waits for the person's word. */
export function useNewVersion(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => waiting !== null,
  );
}

/** Takes the new version: the page opens again. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => window.location.reload(), { once: true });
  waiting?.postMessage("update");
}
