import { useCallback, useEffect, useRef } from "react";
import type { CallState } from "../softphone/protocol";

/**
 * The next call asked for right after the hang-up: the engine's word that the call is over is still on its way,
 * and the key must not be lost. Returns what to tell: that we hung up, and that the person is ready.
 */
export function useNext(
  key: string,
  state: CallState | undefined,
  settled: boolean,
  ready: () => void,
): [hungUp: () => void, next: () => void] {
  const ending = useRef("");
  const wanted = useRef("");
  useEffect(() => {
    if (!key || state !== "ended" || wanted.current !== key) return;
    wanted.current = "";
    if (settled) ready();
  }, [key, state, settled, ready]);
  const hungUp = useCallback(() => {
    ending.current = key;
  }, [key]);
  const next = useCallback(() => {
    if (key && ending.current === key) wanted.current = key;
  }, [key]);
  return [hungUp, next];
}
