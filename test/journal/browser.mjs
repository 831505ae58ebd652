/** What the scripts of this folder share: a browser, people who sign in, pictures. */
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
export const [, , base, pictures] = process.argv;
export const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });

export async function person(login, width = 1440, height = 900) {
  const context = await browser.newContext({ baseURL: base, locale: "ru-RU", viewport: { width, height }, reducedMotion: "reduce", acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  page.on("pageerror", (e) => {
    console.error(`thrown: ${e}`);
    process.exitCode = 1;
  });
  await page.goto("/login?back=%2Fjournal");
  await page.fill('input[autocomplete="username"]', login);
  await page.fill('input[type="password"]', login);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/journal*");
  return page;
}

export const look = async (page, name) => pictures && page.screenshot({ path: `${pictures}/${name}.png` });

export const must = (ok, what) => {
  if (!ok) throw new Error(what);
};

/** A telephone's page does not scroll sideways. */
export const upright = async (page) => must(!(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)), `scrolls sideways: ${page.url()}`);
