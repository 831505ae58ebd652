import { useEffect, useRef, useSyncExternalStore } from "react";
import { live, type Change, type Link } from "./live";

/** State of the live link, for the banner and for dimming live figures. */
export function useLink(): Link {
  return useSyncExternalStore(live.subscribe, live.snapshot);
}

/** Calls the listener at every change told by the server. */
export function useChange(listener: (change: Change) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => live.onChange((change) => latest.current(change)), []);
}
