/**
 * A dispatcher at the desk for a while: answers what rings, fills the form in, saves, says what tasks came to.
 * node hour.mjs BROWSER BASE LOGIN DIRECTORY. A line on stdin ends it; what was done is the last line of stdout, pictures go to DIRECTORY.
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const { chromium } = createRequire(
  new URL("../../web/package.json", import.meta.url),
)("playwright-core");
const [, , address, base, login, directory] = process.argv;
const browser = await chromium.connectOverCDP(address);
const done = {
  login,
  answered: 0,
  saved: 0,
  disposed: 0,
  tasks: 0,
  toSaved: [],
  wrongs: [],
  missed: [],
};
const troubles = ["топит", "свет", "лифт стоит", "засор", "батареи холодные"];
/** A street of each company; whoever calls the city's line names one of the first. */
const streets = { Заречье: "мост", "Уютный дом": "клен" };
let over = false;
createInterface({ input: process.stdin }).on("line", () => (over = true));

const id = (name) => `[data-testid="${name}"]`;
const context = await browser.newContext({
  baseURL: base,
  locale: "ru-RU",
  viewport: { width: 1440, height: 900 },
});
await context.grantPermissions(["microphone"], { origin: base });
context.setDefaultTimeout(45_000);
const page = await context.newPage();
page.on("pageerror", (e) => done.wrongs.push(String(e)));
page.on("dialog", (d) => d.accept().catch(() => undefined));
await page.goto("/desk");
await page.fill('input[autocomplete="username"]', login);
await page.fill('input[autocomplete="current-password"]', login);
await page.keyboard.press("Enter");
await page
  .locator('input[autocomplete="current-password"]')
  .waitFor({ state: "hidden" });
await page.click('button[aria-label="Гарнитура и звонок"]', {
  noWaitAfter: true,
});
await page.locator(id("processing")).setChecked(false); // a steady tone is no noise
await page.keyboard.press("Escape");
await page.locator(id("mic-ok")).waitFor({ state: "attached" });
console.log("ready");

const sees = (at) => page.locator(at).first().isVisible();
const state = async () =>
  (await sees(id("call-panel")))
    ? await page.locator(id("call-panel")).getAttribute("data-state")
    : "";
const mine = () => page.locator(id("my-state")).getAttribute("data-state");

/** A picture of each kind of moment, the first time and then each tenth. */
const seen = new Map();
async function picture(name) {
  const n = seen.get(name) ?? 0;
  seen.set(name, n + 1);
  if (directory && n % 10 === 0)
    await page.screenshot({
      path: join(directory, `${login}-${name}-${n}.png`),
    });
}

async function place() {
  if (await sees(id("confirm-address")))
    return page.click(id("confirm-address"));
  if (!(await sees(id("address")))) return;
  if ((await page.locator(id("address")).inputValue()) !== "") return;
  await page.focus(id("address"));
  const panel = await page.locator(id("call-panel")).innerText();
  await page.keyboard.type(
    Object.entries(streets).find(([name]) => panel.includes(name))?.[1] ??
      "озёр",
  );
  await page.locator('[role="option"]').first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator("text=Квартира").first().waitFor();
  await page.keyboard.type("7");
}

async function reason() {
  if (await sees(".reason-chosen")) return;
  await page.locator(id("reason") + ":enabled").waitFor();
  await page.focus(id("reason"));
  await page.keyboard.type(
    troubles[(done.saved + done.disposed) % troubles.length],
  );
  await page.locator('[role="option"]').first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".reason-chosen").waitFor();
}

async function answers() {
  for (const group of await page
    .locator('[data-section="questions"] [role="radiogroup"]')
    .all())
    if ((await group.locator('[aria-checked="true"]').count()) === 0)
      await group.locator('[role="radio"]').first().click();
  for (const field of await page
    .locator('[data-section="questions"] input')
    .all())
    if ((await field.inputValue()) === "")
      await field.fill(
        (await field.getAttribute("inputmode")) ? "2" : "Со слов жителя",
      );
}

/** The request of the call on the screen, saved. */
async function form() {
  const began = Date.now();
  await place();
  await reason();
  await answers();
  await page.fill(id("description"), "Записано со слов жителя");
  await picture("form");
  await page.keyboard.press("Control+Enter");
  await page
    .locator(`${id("say")}, ${id("not-saved")}`)
    .first()
    .waitFor();
  if (!(await sees(id("say"))))
    throw new Error(
      `not saved: ${await page.locator(id("not-saved")).innerText()}`,
    );
  done.saved++;
  done.toSaved.push(Date.now() - began);
  await picture("saved");
}

/** What the task came to: the first key, which is the good end. */
async function result() {
  const key = page
    .locator(`${id("task-results")} .big-keys button:enabled`)
    .first();
  if (!(await key.isVisible())) return false;
  await key.click();
  await page
    .locator(`${id("task-result-said")}, ${id("result-note")}`)
    .first()
    .waitFor();
  if (await sees(id("result-note"))) {
    await page.fill(id("result-note"), "Со слов");
    await page.click(id("result-send"));
  }
  await page.locator(id("task-result-said")).waitFor();
  done.tasks++;
  await picture("task");
  return true;
}

/** Whoever cannot be written up by the form is written down as a consultation. */
async function consultation() {
  await page.keyboard.press("F3");
  await page.click(id("dispose-consultation"));
  await page.fill(id("consultation-note"), "Разговор прервался");
  await page.click(id("dispose-send"));
  await page.locator(id("disposed")).waitFor();
  done.disposed++;
}

const written = async () =>
  (await sees(id("say"))) || (await sees(id("disposed")));

async function paper() {
  if (await sees(id("request-pane"))) {
    if (!(await written())) await form();
    await result();
    return;
  }
  await result();
}

let key = "",
  failed = 0;
async function step() {
  const now = await state();
  switch (now) {
    case "ringing":
    case "counting":
      await picture(now);
      await page.keyboard.press("F2");
      if (now === "ringing") done.answered++;
      return page.waitForTimeout(300);
    case "dialling":
      return;
    case "talking":
    case "held": {
      await page.waitForTimeout(2000); // he says why he calls
      await paper();
      await page.waitForTimeout(1500); // the words are read out
      if (["talking", "held"].includes(await state()))
        await page.keyboard.press("Shift+F2");
      return;
    }
    case "ended":
      await paper();
      await page.waitForTimeout(500);
      return page.keyboard.press("F2");
  }
  if (
    ["not_ready", "pause", "off", "wrap_up"].includes(await mine()) &&
    (await sees(id("state-ready") + ":enabled"))
  )
    await page.keyboard.press("F2");
}

while (!over) {
  try {
    await step();
    failed = 0;
  } catch (error) {
    const words = `${new Date().toISOString()} ${await state().catch(() => "?")}: ${String(
      error?.message ?? error,
    )
      .split("\n")
      .slice(0, 3)
      .join(" | ")}`;
    done.missed.push(words);
    console.log(words);
    await picture("failed").catch(() => undefined);
    if (++failed > 1) await consultation().catch(() => undefined);
  }
  await page.waitForTimeout(200);
}
await picture("end");
console.log(JSON.stringify(done));
process.exit(0);
