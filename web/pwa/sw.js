/**
 * The service worker: keeps the program itself, so that it opens without a network. Nothing of /api/ is ever kept here:
 * what a person has seen is kept by the page, under his name (src/offline), and goes when he leaves.
 */
const VERSION = "__VERSION__";
const SHELL = ["__SHELL__"];
const CACHE = `d24-shell-${VERSION}`;
const PATIENCE = 4_000; // a page is asked of the server first: an old one is for when there is none

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((url) => new Request(url, { cache: "no-cache" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith("d24-shell-") && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

// The person said «Обновить».
self.addEventListener("message", (event) => {
  if (event.data === "update") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/") || /^\/(healthz|readyz|metrics|sw\.js)/.test(url.pathname)) return;
  event.respondWith(request.mode === "navigate" ? page(request) : part(request, url));
});

/** The server's page; the kept one when the server is not reached. */
async function page(request) {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: given.signal });
    if (answer.status < 500) return answer;
  } catch {
    // no network
  } finally {
    clearTimeout(timer);
  }
  return (await kept("/index.html")) ?? Response.error();
}

async function part(request, url) {
  return (await kept(url.pathname)) ?? fetch(request);
}

const kept = async (path) => (await caches.open(CACHE)).match(path);

// A word from the server (Web Push): a number and a short text, nothing of a resident.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // not ours
  }
  event.waitUntil(
    self.registration.showNotification(String(said.title ?? "Диспетчер24"), {
      body: String(said.body ?? ""),
      tag: String(said.tag ?? "d24"),
      renotify: true,
      icon: "/icons/192.png",
      badge: "/icons/badge-96.png",
      data: { url: typeof said.url === "string" && said.url.startsWith("/") ? said.url : "/journal" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const url = new URL(event.notification.data?.url ?? "/journal", self.location.origin).href;
      const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      if (!open) return self.clients.openWindow(url);
      await open.focus();
      return open.navigate(url);
    })(),
  );
});
