/** The browser's side of notifications. */

/** Whether this browser can hear at all. */
export const canHear = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** Where this browser hears, null: nowhere. */
export async function heardAt(): Promise<string | null> {
  if (!canHear()) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription())?.endpoint ?? null;
}

const text = (key: ArrayBuffer | null) =>
  btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

export type Heard = { endpoint: string; p256dh: string; auth: string };

/** Asks the person and the browser's push service; "denied" when he said no. */
export async function hear(publicKey: string): Promise<Heard | "denied"> {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const { pushManager } = await navigator.serviceWorker.ready;
  // one that was made for another key is of no use
  await (await pushManager.getSubscription())?.unsubscribe();
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(publicKey) });
  return { endpoint: made.endpoint, p256dh: text(made.getKey("p256dh")), auth: text(made.getKey("auth")) };
}

/** This browser hears no more. */
export async function hearNoMore(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
