// The foreman's phone (J12): installed, without a network, closed and opened, back again.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const [, , base, pictures, photo, mine, taken] = process.argv;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
process.on("SIGINT", () => void browser.close());
const must = (ok, what) => {
  if (!ok) throw new Error(what);
};
/** Says a word to the test and waits until it has done its part. */
const tell = (word) => {
  console.log(word);
  return new Promise((go) => process.stdin.once("data", go));
};
const look = async (page, name) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
};

try {
  const context = await browser.newContext({ baseURL: base, locale: "ru-RU", viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  let page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (e) => {
    console.error(`thrown: ${e}`);
    process.exitCode = 1;
  });
  const shown = async (width, scheme, words) => {
    await page.setViewportSize({ width, height: 844 });
    await page.evaluate((s) => localStorage.setItem("mantine-color-scheme-value", s), scheme);
    await page.goto(`/journal/${mine}`);
    await page.getByText(words).first().waitFor();
    await look(page, `card-${width}-${scheme}`);
  };
  await page.goto("/login?back=%2Fjournal");
  await page.fill('input[autocomplete="username"]', "gusev");
  await page.fill('input[type="password"]', "gusev");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/journal*");

  // installable
  const manifest = await page.evaluate(async () => (await fetch(document.querySelector("link[rel=manifest]").href)).json());
  must(manifest.start_url === "/journal" && manifest.display === "standalone", "the manifest");
  must(manifest.icons.some((i) => i.purpose === "maskable") && manifest.icons.some((i) => i.sizes === "192x192"), "its icons");
  for (const i of manifest.icons) must(await page.evaluate(async (src) => (await fetch(src)).headers.get("content-type")?.startsWith("image/"), i.src), i.src);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  // the card was never opened, and is kept: it is his own work
  const onDevice = () =>
    page.evaluate(
      () =>
        new Promise((done, failed) => {
          const asked = indexedDB.open("d24");
          asked.onerror = () => failed(asked.error);
          asked.onsuccess = () => {
            const tx = asked.result.transaction(["kept", "deeds"]);
            const all = tx.objectStore("kept").getAll();
            const deeds = tx.objectStore("deeds").count();
            tx.oncomplete = () => {
              asked.result.close();
              done({ kept: all.result.length, deeds: deeds.result, text: JSON.stringify(all.result) });
            };
          };
        }),
    );
  // waitForFunction takes the promise itself for a yes: asked again and again here
  const kept = async (ids) => {
    for (const until = Date.now() + 120_000; Date.now() < until; await page.waitForTimeout(200)) {
      const { text } = await onDevice();
      if (ids.every((id) => text.includes(`["ticket",${id}]`) && text.includes(`["ticket-events",${id}]`))) return;
    }
    throw new Error(`not kept: ${ids}`);
  };
  await kept([mine, taken]);
  must(!(await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys()).map((r) => r.url)))).flat().some((u) => u.includes("/api/")))), "nothing of /api/ is in a cache");
  await look(page, "list");

  await tell("cut"); // the server drops every connection: the browser's own switch is late on a new page
  await context.setOffline(true);
  await page.goto(`/journal/${mine}`);
  const main = (name) => page.getByRole("button", { name, exact: true });
  await main("Принять").click();
  await page.getByText("ждёт отправки").first().waitFor();
  await page.getByRole("button", { name: "Написать диспетчеру" }).click();
  await page.locator(".comment-text textarea").fill("Кран под замену");
  await page.getByRole("button", { name: "Записать" }).click();
  await page.locator("input[capture]").setInputFiles(photo);
  await page.locator(".waiting.own .waiting-line").nth(2).waitFor();
  // work in two periods, each with its hours
  await main("Начать работу").click();
  await main("Прервать работу").click();
  await page.getByRole("dialog").locator("textarea").fill("нет ключа от подвала");
  await page.getByRole("dialog").getByRole("button", { name: "Прервать работу" }).click();
  await page.getByText("нет ключа от подвала").first().waitFor(); // the period stands on the card with why it ended
  await main("Продолжить работу").click();
  await page.locator(".waiting.own .waiting-line").nth(5).waitFor();
  await main("Выполнено").click();
  await page.getByRole("dialog").getByRole("button", { name: "Выполнено" }).click();
  await page.locator(".waiting.own .waiting-line").nth(6).waitFor();
  await look(page, "offline-card");
  await page.goto(`/journal/${taken}`);
  await main("Принять").click();
  await page.getByText("ждёт отправки").first().waitFor();
  await page.goto("/journal");
  await page.getByText("Ждут отправки: 8").waitFor();
  await look(page, "offline-list");

  // closed, and opened without a network
  await page.close();
  page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto("/journal");
  await page.getByText("Ждут отправки: 8").waitFor();
  await look(page, "opened-again");
  await shown(390, "dark", "Ждут отправки: 8");
  await shown(390, "light", "Ждут отправки: 8");

  await tell("waiting"); // another takes the second request meanwhile, and the server is there again
  await context.setOffline(false);
  await page.getByText(/Заявку уже взял/).first().waitFor();
  await page.getByText("Ждут отправки").waitFor({ state: "detached" });
  await look(page, "conflict");
  await shown(1440, "dark", "сделано на телефоне");
  await shown(1440, "light", "сделано на телефоне");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Понятно" }).first().click();

  // he leaves: nothing of his stays
  await page.goto("/journal");
  await kept([taken]);
  await page.getByRole("button", { name: /Вы вошли/ }).click();
  await page.getByRole("menuitem", { name: "Выйти" }).click();
  await page.waitForURL("**/login*");
  const left = await onDevice();
  must(left.kept + left.deeds === 0, `after he left: ${left.kept} kept, ${left.deeds} deeds`);
  await context.setOffline(true);
  await page.goto("/journal").catch(() => undefined);
  must(!(await page.content()).includes("Гусев"), "without a network nobody is here");
} finally {
  await browser.close();
}
process.exit(process.exitCode ?? 0);
