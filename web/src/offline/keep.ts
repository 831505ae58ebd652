/**
 * What a person of a company has seen last on his phone, kept on the device so that it opens without a network: who he
 * is, his list, his cards. It is his alone, and goes when he leaves or another comes.
 */
import { dehydrate, hydrate, type DehydratedState, type Query, type QueryClient } from "@tanstack/react-query";
import type { Me } from "../api/types";
import { run } from "./db";
import { forgetList, keeper } from "./list";

type Kept = { user: number; at: number; state: DehydratedState };

const KINDS = new Set<unknown>(["me", "tickets", "ticket", "ticket-events", "files", "building"]);
const GATHER = 1_000;
/** Older than this it is not shown: a phone lost in a drawer keeps no flats. */
const OLDEST = 7 * 24 * 60 * 60_000;
/** A telephone, lying on its side too. */
const TELEPHONE = "(max-width: 700px), (pointer: coarse)";

const isKept = (q: Query) => q.state.status === "success" && q.state.data !== null && KINDS.has(q.queryKey[0]);

/** Keeps what is fetched until the stop: on telephones of companies' people only, never on a desk. */
export function startKeeping(client: QueryClient, me: Me): () => void {
  void forgetList(me.user.id);
  if (me.kind !== "company" || !window.matchMedia(TELEPHONE).matches) {
    void forgetSeen(); // a window that was narrow once
    return () => undefined;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const write = async () => {
    timer = undefined;
    const state = dehydrate(client, { shouldDehydrateQuery: isKept, shouldDehydrateMutation: () => false });
    const kept: Kept = { user: me.user.id, at: Date.now(), state };
    if (stopped) return;
    // One person at a time, in one step: a page closed in the middle leaves what was there.
    await run("kept", "readwrite", (s) => {
      s.clear();
      return s.put(kept);
    }).catch(() => undefined);
  };
  const off = client.getQueryCache().subscribe((e) => {
    if (e.type === "updated" && e.action.type === "success" && KINDS.has(e.query.queryKey[0]))
      timer ??= setTimeout(() => void write(), GATHER);
  });
  timer = setTimeout(() => void write(), GATHER);
  return () => {
    stopped = true;
    off();
    clearTimeout(timer);
  };
}

/** Who was here last, with what he saw put into the cache; null: nobody. For when the server is not reached. */
export async function recall(client: QueryClient): Promise<Me | null> {
  const all = await run<Kept[]>("kept", "readonly", (s) => s.getAll() as IDBRequest<Kept[]>).catch(() => []);
  const kept = all.find((k) => Date.now() - k.at < OLDEST);
  if (!kept) return keeper();
  hydrate(client, { ...kept.state, queries: kept.state.queries.filter((q) => q.queryKey[0] !== "me") });
  const me = kept.state.queries.find((q) => q.queryKey[0] === "me")?.state.data as Me | undefined; // written by us
  return me?.user.id === kept.user ? me : null;
}

/** Forgets everything that was kept of anybody. */
export async function forgetKept(): Promise<void> {
  await Promise.all([forgetSeen(), forgetList()]);
}

function forgetSeen(): Promise<unknown> {
  if (!("indexedDB" in globalThis)) return Promise.resolve();
  return run("kept", "readwrite", (s) => s.clear()).catch(() => undefined);
}
