import type { Phone } from "../softphone/machine";
import { BROWSER_GONE, JUST_IN, NO_SOUND, NOT_TAKEN, PAPERWORK } from "../softphone/words/reasons";
import type { useWords } from "./words";

type W = ReturnType<typeof useWords>;

/** My state in one or two words. */
export function stateWord(p: Phone, w: W): string {
  if (p.link === "lost" || p.link === "connecting") return w.noLink;
  if (p.call?.direction === "task" && p.call.state !== "ended") return w.task;
  if (p.state === "pause") return pauseWords(p.reason, w)[0];
  return w.state[p.state];
}

/** Why the person is off the line, and what to do about it: a reason he chose, or one the engine gave. */
export function pauseWords(reason: string, w: W): readonly [title: string, what: string] {
  switch (reason) {
    case PAPERWORK:
      return w.pauseBy.paperwork;
    case JUST_IN:
      return w.pauseBy.justIn;
    case BROWSER_GONE:
      return w.pauseBy.browserGone;
    case NO_SOUND:
      return w.pauseBy.noSound;
    case NOT_TAKEN:
      return w.pauseBy.notTaken;
    default:
      return [reason || w.state.pause, w.bar.pauseSub];
  }
}

/** Whether a call is going on that the person may hang up. */
export function inTalk(p: Phone): boolean {
  return p.call?.state === "talking" || p.call?.state === "held";
}

/** Whether that call is ours to hold and to lead on; a colleague's guest only speaks. */
export function leadsTalk(p: Phone): boolean {
  return inTalk(p) && !p.call?.transfer?.by;
}
