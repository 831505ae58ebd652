/**
 * A hand on a browser for the Go tests: orders come as JSON lines, answers go the same way.
 * {id, page, at, method, args} calls a method of the page, of its keyboard or context, or of what a selector finds
 * (Playwright waits until that can be acted on). The browser itself belongs to the test: it is started and killed there.
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const [, , address, base, patience] = process.argv;
const browser = await chromium.connectOverCDP(address);
const pages = new Map();

/** A person at a computer of his own: nothing is shared with another page. */
async function open(name, permissions) {
  const context = await browser.newContext({ baseURL: base, locale: "ru-RU", viewport: { width: 1440, height: 900 } });
  await context.grantPermissions(permissions, { origin: base }); // those not named are denied
  context.setDefaultTimeout(Number(patience));
  return tab(name, context);
}

const tab = async (name, context) => keep(name, await context.newPage());

function keep(name, page) {
  page.wrongs = [];
  page.on("pageerror", (e) => page.wrongs.push(String(e)));
  page.on("dialog", (d) => d.accept().catch(() => undefined));
  page.on("popup", (opened) => (page.opened = opened));
  pages.set(name, page);
}

/** The tab that the page itself has opened last. */
async function opened(name, page) {
  keep(name, page.opened ?? (await page.waitForEvent("popup")));
  page.opened = undefined;
}

async function obey({ page: name, at, method, args = [] }) {
  if (method === "open") return open(name, args);
  const page = pages.get(name);
  if (method === "tab") return tab(args[0], page.context());
  if (method === "opened") return opened(args[0], page);
  if (method === "wrongs") return page.wrongs;
  const target = !at ? page : at === "keyboard" ? page.keyboard : at === "context" ? page.context() : page.locator(at);
  return target[method](...args);
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  obey(order).then(
    (value) => tell({ id: order.id, value: isPlain(value) ? value : null }),
    (error) => tell({ id: order.id, error: String(error?.message ?? error) }),
  );
}
process.exit(0);

function isPlain(value) {
  return value === null || typeof value !== "object" || [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));
}

function tell(answer) {
  process.stdout.write(JSON.stringify(answer) + "\n");
}
