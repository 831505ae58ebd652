/** The page's own storage on the device: deeds that wait for a network, and what the person has seen last. */
const NAME = "d24";

let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("deeds", { keyPath: "seq", autoIncrement: true });
      asked.result.createObjectStore("kept", { keyPath: "user" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error ?? new Error("IndexedDB"));
  }).catch((e: unknown) => {
    opening = null;
    throw e;
  });
  return opening;
}

type Store = "deeds" | "kept";

/** Runs one request and waits until it is on the disk. */
export async function run<T>(
  store: Store,
  mode: IDBTransactionMode,
  f: (s: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await open();
  return new Promise<T>((done, failed) => {
    const tx = db.transaction(store, mode, { durability: "strict" });
    const asked = f(tx.objectStore(store));
    tx.oncomplete = () => done(asked.result);
    tx.onerror = tx.onabort = () => failed(tx.error ?? new Error("IndexedDB"));
  });
}
