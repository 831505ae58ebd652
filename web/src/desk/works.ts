import { useSyncExternalStore } from "react";
import type { ApiError } from "../api/client";
import type { CallRow, TaskResult, TicketCreated } from "../api/types";
import { isRecord } from "../request/form";
import { serverNow } from "../time/clock";
import { newDraft, readDraft, type DraftBody } from "./draft";

/** What was done with one call on this screen. It outlives the screen: going to the journal and back loses nothing. */
export interface Work {
  draft: DraftBody;
  /** Typed since the server last took it. */
  dirty: boolean;
  /** Server's time (ms) of the copy of this computer, as long as nothing was typed since it was read; null: none. */
  copiedAt: number | null;
  /** Server's time of the last draft kept. */
  keptAt: string | null;
  /** The draft came from the server: another operator, or this one before a break. */
  restored: boolean;
  saved: TicketCreated | null;
  disposed: CallRow["disposition"];
  /** The operator's word about the task of this call. */
  result: TaskResult["kind"] | "";
  /** What he must know after it: somebody accepted the request earlier (R5). */
  notice: string;
  saving: boolean;
  error: ApiError | null;
  /** A try to save was made: what is missing is shown. */
  tried: boolean;
}

const keyOf = (call: string) => `d24.draft.${call}`;

/** Works by the key of the call. */
export class Works {
  private readonly works = new Map<string, Work>();
  private readonly watchers = new Set<() => void>();

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** The work of a call; begun with its phone and with what this computer kept of it. */
  of(call: string, phone: string): Work {
    const found = this.works.get(call);
    if (found) return found;
    const kept = readLocal(call);
    const work: Work = {
      draft: kept?.draft ?? newDraft(phone),
      dirty: kept !== null,
      copiedAt: kept?.at ?? null,
      keptAt: null,
      restored: false,
      saved: null,
      disposed: "",
      result: "",
      notice: "",
      saving: false,
      error: null,
      tried: false,
    };
    this.works.set(call, work);
    return work;
  }

  change(call: string, change: Partial<Work>): void {
    const work = this.works.get(call);
    if (!work) return;
    const next = { ...work, ...change };
    this.works.set(call, next);
    if (change.draft && next.dirty) writeLocal(call, change.draft);
    for (const w of this.watchers) w();
  }

  /** The call is over and written up. */
  drop(call: string): void {
    this.works.delete(call);
    localStorage.removeItem(keyOf(call));
  }

  forgetLocal(call: string): void {
    localStorage.removeItem(keyOf(call));
  }

  clear(): void {
    this.works.clear();
  }
}

export const works = new Works();

export function useWork(call: string, phone: string): Work {
  return useSyncExternalStore(works.subscribe, () => works.of(call, phone));
}

/** A copy and when it was made; one without an hour is older than any of the server's. */
function readLocal(call: string): { draft: DraftBody; at: number } | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(call)) ?? "null");
    const draft = readDraft(kept);
    return draft && { draft, at: isRecord(kept) && typeof kept.at === "number" ? kept.at : 0 };
  } catch {
    return null;
  }
}

function writeLocal(call: string, draft: DraftBody): void {
  try {
    localStorage.setItem(keyOf(call), JSON.stringify({ ...draft, at: serverNow() }));
  } catch {
    // A full store must not stop the typing: the server keeps the draft.
  }
}
