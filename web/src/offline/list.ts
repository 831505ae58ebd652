/**
 * The emergency list as it was seen last, kept on the device, a desk too: it is for the hour when nothing answers. It is
 * one person's, goes when he leaves or another opens his, and is not shown after a day.
 */
import type { EmergencyList, Me } from "../api/types";
import { run } from "./db";

type Kept = { user: number; me: Me; list: EmergencyList };

const OLDEST = 24 * 60 * 60_000;

/** Keeps it; without a storage the list is only on the screen. */
export async function keepList(me: Me, list: EmergencyList): Promise<void> {
  await run("lists", "readwrite", (s) => {
    s.clear();
    return s.put({ user: me.user.id, me, list } satisfies Kept);
  }).catch(() => undefined);
}

async function last(): Promise<Kept | undefined> {
  const all = await run<Kept[]>("lists", "readonly", (s) => s.getAll() as IDBRequest<Kept[]>).catch(() => []);
  return all.find((k) => Date.now() - Date.parse(k.list.at) < OLDEST);
}

/** What this person saw last; null: nothing, or it is too old. */
export async function recallList(user: number): Promise<EmergencyList | null> {
  const kept = await last();
  return kept?.user === user ? kept.list : null;
}

/** Who kept a list here: for when the server is not reached. */
export async function keeper(): Promise<Me | null> {
  return (await last())?.me ?? null;
}

/** Forgets the list, or only those of others than `but`. */
export async function forgetList(but?: number): Promise<void> {
  if (!("indexedDB" in globalThis)) return;
  const kept = but === undefined ? undefined : await last();
  if (kept && kept.user === but) return;
  await run("lists", "readwrite", (s) => s.clear()).catch(() => undefined);
}
