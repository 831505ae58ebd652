/**
 * Goes through the settings in a real browser by keyboard and prints what is wrong, as JSON:
 * walk.mjs ADDRESS [DIRECTORY for pictures]. The test is screens_test.go; page.js looks from inside.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const [, , base, pictures] = process.argv;
const inside = readFileSync(new URL("page.js", import.meta.url), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });

/** What stands for the parts of an address that are somebody's number. */
const examples = { "/settings/houses/$id": "/settings/houses/1", "/settings/users/$id": "/settings/users/6" };
const seen = [];
const further = new Set(); // the addresses that the screens seen lead to
let page, cdp, screen;

const fault = (text) => screen.faults.includes(text) || (screen.faults.push(text), process.env.D24_SCREENS && process.stderr.write(`  ${text}\n`));
const quiet = () => page.waitForFunction(() => !document.querySelector(".mantine-Skeleton-root, .mantine-Loader-root") && window.__TSR_ROUTER__.state.status === "idle" && look.idle(), null, { timeout: 60_000 }).catch(() => fault("never comes to rest"));
const settle = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

async function enter(login) {
  const context = await browser.newContext({ baseURL: base, locale: "ru-RU", viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (e) => fault(`thrown: ${e}`));
  await page.addInitScript(inside);
  await page.goto("/login?back=%2Fprofile");
  await page.fill('input[autocomplete="username"]', login);
  await page.fill('input[type="password"]', login);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/profile");
  cdp = await context.newCDPSession(page);
}

async function go(path) {
  await page.evaluate((href) => window.__TSR_ROUTER__.navigate({ href, replace: true }), path);
  await quiet();
  await page.waitForFunction(() => look.page().querySelector("h1, h2"), null, { timeout: 60_000 }).catch(() => fault("has no heading"));
  await quiet();
  await settle();
}

/** Names as the browser computes them for a screen reader. */
async function names() {
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const named = new Set(["button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "spinbutton", "tab", "menuitem", "slider", "dialog", "Date", "InputTime"]);
  const html = { Date: "date", InputTime: "time" };
  for (const n of nodes) {
    if (!n.ignored && named.has(n.role?.value) && !n.name?.value?.trim()) fault(`a ${html[n.role.value] ?? n.role.value} has no name (node ${n.backendDOMNodeId}: ${await outer(n.backendDOMNodeId)})`);
  }
}

async function outer(id) {
  const { outerHTML } = await cdp.send("DOM.getOuterHTML", { backendNodeId: id }).catch(() => ({ outerHTML: "gone" }));
  return outerHTML.slice(0, 160);
}

/** Contrast in both themes, names, and what is pointed at. root: an expression. */
async function eyes(root, name) {
  for (const scheme of ["light", "dark"]) {
    await page.evaluate((s) => document.documentElement.setAttribute("data-mantine-color-scheme", s), scheme);
    await settle();
    for (const f of await page.evaluate(`look.contrast(${root} ?? document.body)`)) fault(`${scheme}: ${f}`);
    if (pictures) await page.screenshot({ path: `${pictures}/${name.replaceAll(/[^\wа-яё]+/gi, "-")}-${scheme}.png` });
  }
  await page.evaluate(() => document.documentElement.setAttribute("data-mantine-color-scheme", "light"));
  for (const f of await page.evaluate(`look.loose(${root} ?? document.body)`)) fault(f);
  await names();
}

/** Tab through root until it is left or gone round. */
async function tabs(root) {
  const most = 4 * (await page.evaluate(`look.begin(${root})`)) + 10; // a date is three stops
  await page.evaluate(`(() => { const r = ${root}, mark = document.createElement("span"); mark.tabIndex = -1; r.prepend(mark); mark.focus(); mark.remove(); look.focus.order = []; })()`);
  for (let n = 0; n < most && !(await page.evaluate(`look.done(${root})`)); n += 5) for (let i = 0; i < 5; i++) await page.keyboard.press("Tab");
  return page.evaluate(`look.end(${root})`);
}

/** What a dialog owes a keyboard; opener: the element in the page that opened it. */
async function dialog(opener, name) {
  screen.dialogs++;
  await quiet();
  await settle();
  await page.waitForFunction(() => look.dialog()?.contains(document.activeElement), null, { timeout: 10_000 }).catch(() => fault(`${name}: the dialog has not the focus`));
  await eyes("look.dialog()", `${screen.screen} ${name}`);
  const most = await page.evaluate("look.begin(look.dialog())");
  await page.evaluate("look.dialog().focus()");
  for (let n = 0; n < Math.max(4 * most, 60) && !(await page.evaluate("look.done(look.dialog())")); n += 5) for (let i = 0; i < 5; i++) await page.keyboard.press("Tab"); // a date is three stops
  if (!(await page.evaluate("Boolean(look.dialog()?.contains(document.activeElement))"))) fault(`${name}: Tab leaves the dialog`);
  for (const f of (await page.evaluate("look.end(look.dialog())")).faults) fault(`${name}: ${f}`);
  await submit("look.dialog()", name);
  if (!(await page.evaluate("Boolean(look.dialog())"))) return; // Enter has done its work
  if (await page.evaluate("Boolean(look.dialog()?.querySelector('[aria-expanded=true]'))")) await page.keyboard.press("Escape"); // of the list alone
  await page.keyboard.press("Escape");
  if (!(await page.waitForFunction(() => !look.dialog(), null, { timeout: 10_000 }).catch(() => false))) {
    fault(`${name}: Escape does not close`);
    return go(screen.screen);
  }
  const back = await page.waitForFunction((e) => !e.isConnected || document.activeElement === e, opener, { timeout: 10_000 }).catch(() => false);
  if (!back) fault(`${name}: the focus does not come back to what opened it, but is at ${await page.evaluate("look.say(document.activeElement)")}`);
}

/** Enter in the first empty field of a form: it is sent, or told what is wrong at the field. */
async function submit(root, name) {
  await page.evaluate("window.sent = 0; document.addEventListener('submit', () => window.sent++, { capture: true, once: true })");
  const field = () => page.evaluateHandle(`(() => {
    const form = ${root}?.querySelector("form"), button = form?.querySelector("[type=submit]");
    const field = form && [...form.querySelectorAll("input:not([type]), input[type=text], input[type=tel]")].find((e) => look.visible(e) && !e.disabled && !e.readOnly && e.getAttribute("role") !== "combobox" && !e.getAttribute("aria-haspopup"));
    return field && button && !button.disabled ? field : null;
  })()`).then((h) => h.asElement());
  const first = await field();
  if (!first) return;
  screen.forms++;
  await first.press("Enter", { timeout: 5_000 }).catch(async () => (await field())?.press("Enter")); // drawn anew meanwhile
  await page.waitForFunction(() => window.sent, null, { timeout: 5_000 }).catch(() => fault(`${name}: Enter does not send the form`));
  await quiet();
  await settle();
  for (const f of await page.evaluate(`[...(${root}?.querySelectorAll("[aria-invalid=true]") ?? [])].filter((e) => !(e.getAttribute("aria-describedby") ?? "").split(" ").some((id) => document.getElementById(id)?.textContent.trim())).map((e) => "what is wrong is not told by aria-describedby at " + look.say(e))`)) fault(`${name}: ${f}`);
}

/** Everything of the page that opens a dialog: the buttons beside its title, and the first of a row. */
async function dialogs() {
  const openers = () => page.$$(".settings-page .set-head button:enabled, .settings-page .panel .ph button:enabled, .settings-page tbody tr:first-child :is(button, a[href]), .settings-page ul > li:first-child button[aria-haspopup=dialog]");
  const done = new Set();
  const count = Math.min((await openers()).length, 6);
  for (let i = 0; i < count; i++) {
    const opener = (await openers())[i];
    if (!opener) break;
    const name = (await opener.evaluate((e) => (e.getAttribute("aria-label") ?? e.textContent).trim())).slice(0, 40);
    if (done.has(name)) continue;
    done.add(name);
    await opener.focus();
    await page.keyboard.press("Enter");
    await quiet();
    const opened = await page.waitForFunction(() => look.dialog(), null, { timeout: 300 }).catch(() => false);
    if (opened) await dialog(opener, name);
    if (await page.evaluate(() => document.querySelector("[role=menu]"))) await page.keyboard.press("Escape");
    if (await page.evaluate("Boolean(look.dialog())")) await page.keyboard.press("Escape");
    await go(screen.screen);
  }
}

async function visit(path) {
  screen = { screen: path, reached: 0, dialogs: 0, forms: 0, faults: [] };
  seen.push(screen);
  process.stderr.write(`${path} at ${Math.round(performance.now() / 1000)} s\n`);
  await go(path);
  for (const href of await page.$$eval(".settings-page a[href^='/settings/']", (as) => as.map((a) => a.getAttribute("href")))) further.add(href);
  const all = await page.$$(".settings-page [role=tab]");
  for (let i = 0; i < Math.max(all.length, 1); i++) {
    if (all.length) {
      await (await page.$$(".settings-page [role=tab]"))[i].click();
      await quiet();
    }
    await eyes("document.body", `${path} ${i}`);
    const { faults, reached } = await tabs("look.page()");
    screen.reached += reached;
    faults.forEach(fault);
    await page.setViewportSize({ width: 390, height: 844 });
    await settle();
    const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (wide > 0) fault(`a telephone scrolls sideways by ${wide}`);
    if (pictures) await page.screenshot({ path: `${pictures}/${path.replaceAll("/", "-")}-${i}-390.png` });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await go(path);
  await dialogs();
}

await enter("admin");
const wanted = new RegExp(process.env.D24_SCREENS ?? "");
const routes = (await page.evaluate(() => Object.keys(window.__TSR_ROUTER__.routesByPath))).filter((p) => p === "/profile" || (p.startsWith("/settings/") && p !== "/settings/")).filter((p) => wanted.test(p));
const links = () => page.$$eval(".settings-nav a", (as) => as.map((a) => a.getAttribute("href")));
await page.goto("/settings/houses");
await page.waitForSelector(".settings-nav a");
const mine = await links();
const left = [];
for (const route of routes) {
  const path = examples[route] ?? route;
  if (path.includes("$")) seen.push({ screen: route, reached: 0, dialogs: 0, forms: 0, faults: ["walk.mjs has no example of this address"] });
  else if (path === "/profile" || route !== path || mine.includes(path)) await visit(path);
  else left.push(path);
}
// A page of the settings may lead to another that is not in the list.
for (let i = 0; i < left.length; ) {
  if (further.has(left[i])) await visit(left.splice(i, 1)[0]);
  else i++;
}
await page.context().close();
await enter("platform");
await page.goto("/settings/companies");
await page.waitForSelector(".settings-nav a");
const theirs = await links();
for (const path of left) {
  if (theirs.includes(path)) await visit(path);
  else seen.push({ screen: path, reached: 0, dialogs: 0, forms: 0, faults: ["no link of the settings leads here"] });
}
await browser.close();
process.stdout.write(JSON.stringify(seen.map((s) => ({ Screen: s.screen, Reached: s.reached, Dialogs: s.dialogs, Forms: s.forms, Faults: s.faults }))));
