/** The page's own storage on the device: deeds that wait for a network, and what the person has seen last. */
type Store = "deeds" | "kept" | "lists";

/** Each base is of one version: a new store is a new base, which no page of the version before holds shut. */
const bases: { name: string; stores: Partial<Record<Store, IDBObjectStoreParameters>> }[] = [
  { name: "d24", stores: { deeds: { keyPath: "seq", autoIncrement: true }, kept: { keyPath: "user" } } },
  { name: "d24-lists", stores: { lists: { keyPath: "user" } } },
];

const opening = new Map<string, Promise<IDBDatabase>>();

function open(store: Store): Promise<IDBDatabase> {
  const base = bases.find((b) => store in b.stores)!;
  const known = opening.get(base.name);
  if (known) return known;
  const opened = new Promise<IDBDatabase>((done, failed) => {
    const asked = indexedDB.open(base.name, 1);
    asked.onupgradeneeded = () => {
      for (const [name, parameters] of Object.entries(base.stores)) asked.result.createObjectStore(name, parameters);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error ?? new Error("IndexedDB"));
  }).catch((e: unknown) => {
    opening.delete(base.name);
    throw e;
  });
  opening.set(base.name, opened);
  return opened;
}

/** Runs one request and waits until it is on the disk. */
export async function run<T>(
  store: Store,
  mode: IDBTransactionMode,
  f: (s: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await open(store);
  return new Promise<T>((done, failed) => {
    const tx = db.transaction(store, mode, { durability: "strict" });
    const asked = f(tx.objectStore(store));
    tx.oncomplete = () => done(asked.result);
    tx.onerror = tx.onabort = () => failed(tx.error ?? new Error("IndexedDB"));
  });
}
