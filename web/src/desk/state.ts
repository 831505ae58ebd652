import type { Phone } from "../softphone/machine";
import { PAPERWORK } from "../softphone/words/reasons";
import type { useWords } from "./words";

type W = ReturnType<typeof useWords>;

/** My state in one or two words. */
export function stateWord(p: Phone, w: W): string {
  if (p.link === "lost" || p.link === "connecting") return w.noLink;
  if (p.call?.direction === "task" && p.call.state !== "ended") return w.task;
  if (p.state === "pause") return p.reason === PAPERWORK ? w.paperwork : p.reason || w.state.pause;
  return w.state[p.state];
}

/** Whether a call is going on that the person may hang up. */
export function inTalk(p: Phone): boolean {
  return p.call?.state === "talking" || p.call?.state === "held";
}
