/** many.mjs ADDRESS [DIRECTORY for pictures]: many requests are changed, a second person looks on. */
import { browser, look, must, person, upright } from "./browser.mjs";

const files = process.argv[4];

const LIST = "/journal?view=all&unit=бр";
const admin = await person("admin");
const foreman = await person("foreman");
for (const page of [admin, foreman]) {
  await page.goto(LIST);
  await page.locator("tbody tr[aria-rowindex]").first().waitFor();
}
const boxes = admin.locator("td.pick input");
const bar = admin.getByRole("toolbar");
const send = async (page, what, fill) => {
  await page.getByRole("toolbar").getByRole("button", { name: what, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await fill(dialog);
  return dialog;
};
const over = async (page, title) => {
  await page.locator(".errand", { hasText: title }).getByText("закончено").first().waitFor();
};
const choose = async (page, field, option) => {
  await field.click();
  await page.getByRole("option", { name: option }).first().click();
};

// with Shift: the third to the seventh
await boxes.nth(2).click();
await boxes.nth(6).click({ modifiers: ["Shift"] });
await bar.getByText("Отмечено 5 заявок").waitFor();
await look(admin, "many-bar");
let dialog = await send(admin, "Метки", async (d) => {
  await d.getByRole("button", { name: "Изменить" }).click();
  await d.getByText("Выберите метки").waitFor(); // nothing was chosen: said at the field
  await d.getByLabel("Добавить метки").click();
  await admin.getByRole("option").first().click();
  await admin.keyboard.press("Escape");
});
await dialog.getByText("Будут изменены 5 заявок").or(dialog.getByText("Будет изменено 5 заявок")).waitFor();
await look(admin, "many-labels");
await dialog.getByRole("button", { name: "Изменить" }).click();
await over(admin, "Метки");

// by keys: down, space, Shift with an arrow
await admin.locator("h1").click();
await admin.keyboard.press("ArrowDown");
await admin.keyboard.press("Space");
await admin.keyboard.press("Shift+ArrowDown");
await bar.getByText("Отмечены 2 заявки").waitFor();
await admin.keyboard.press("Escape");
await bar.waitFor({ state: "detached" });
await admin.keyboard.press("Space");
await admin.keyboard.press("Shift+ArrowUp");
await bar.getByText("Отмечены 2 заявки").waitFor();
dialog = await send(admin, "Исполнитель", async (d) => {
  await d.getByLabel("Исполнитель").click();
  await admin.getByRole("option").last().click();
});
await look(admin, "many-executor");
await dialog.getByRole("button", { name: "Изменить" }).click();
await over(admin, "Исполнитель");

// on a telephone: one is picked
const phone = await person("admin", 390, 844);
await phone.goto(LIST);
await phone.getByRole("button", { name: "Выбрать" }).click();
await phone.locator(".pcard-pick").nth(1).click();
await look(phone, "many-phone");
dialog = await send(phone, "Состояние", async (d) => choose(phone, d.getByLabel("Новое состояние"), "В работе"));
await look(phone, "many-phone-dialog");
await dialog.getByRole("button", { name: "Изменить" }).click();
await phone.locator(".errand", { hasText: "Состояние: в работе" }).getByText("закончено").waitFor();
await upright(phone);

// all that match, before the eyes of the foreman: he looks at a row far down, with his mouse on it
const list = foreman.locator(".live-list");
await list.evaluate((e) => e.scrollTo({ top: 1600 }));
await foreman.mouse.move(700, 450);
await foreman.waitForFunction(() => document.querySelectorAll("tbody tr[aria-rowindex]").length > 15 && !document.querySelector(".mantine-Skeleton-root"));
const looked = await foreman.evaluate(() => document.elementFromPoint(700, 450).closest("tr").querySelector("td.n a").getAttribute("href"));
await foreman.evaluate((href) => {
  const seen = (window.seen = { at: new Set(), states: new Set(), lost: 0 });
  const each = () => {
    const row = document.querySelector(`tbody a[href="${href}"]`)?.closest("tr");
    if (row) seen.at.add(Math.round(row.getBoundingClientRect().top));
    else seen.lost++;
    if (row) seen.states.add(["Принята", "В работе", "Выполнена"].find((s) => row.textContent.includes(s)));
    requestAnimationFrame(each);
  };
  each();
  window.notReloaded = true;
}, looked);
await admin.evaluate(() => {
  window.figures = new Set();
  new MutationObserver(() => document.querySelectorAll(".errand [role=status]").forEach((e) => window.figures.add(e.textContent))).observe(document.body, { childList: true, subtree: true, characterData: true });
});
await admin.getByLabel("Отметить все показанные").click();
await bar.getByRole("button", { name: "Отметить все по условиям: 260" }).click();
dialog = await send(admin, "Состояние", async (d) => choose(admin, d.getByLabel("Новое состояние"), "Выполнена"));
await dialog.getByText("Будут изменены 260 заявок").or(dialog.getByText("Будет изменено 260 заявок")).waitFor();
await dialog.getByRole("button", { name: "Изменить" }).click();
await over(admin, "выполнена");
await foreman.waitForFunction(() => {
  const rows = [...document.querySelectorAll("tbody tr[aria-rowindex]")];
  return rows.length > 5 && rows.every((r) => r.textContent.includes("Выполнена"));
});
const seen = await foreman.evaluate(() => ({ at: [...window.seen.at], states: [...window.seen.states], lost: window.seen.lost, same: window.notReloaded }));
must(seen.same && seen.lost === 0 && seen.at.length === 1, `the row he looks at stays where it is: ${JSON.stringify(seen)}`);
must(seen.states.includes("Принята") && seen.states.includes("Выполнена"), `its state changes before his eyes: ${JSON.stringify(seen)}`);
const figures = await admin.evaluate(() => [...window.figures]);
must(figures.some((f) => f.includes("260")), `how far it is was said: ${figures}`);
console.log(JSON.stringify({ seen, figures }));
await look(foreman, "many-foreman");
await look(admin, "many-done");

// the list as files, in the columns shown
for (const [item, title] of [["XLSX: все сведения", "XLSX"], ["CSV: показанные столбцы", "CSV"], ["Реестр для надзорного органа, PDF", "Реестр"]]) {
  await admin.getByRole("button", { name: "Выгрузить" }).click();
  if (title === "XLSX") await look(admin, "export-menu");
  await admin.getByRole("menuitem", { name: item }).click();
  const line = admin.locator(".errand", { hasText: title }).first();
  const [file] = await Promise.all([admin.waitForEvent("download"), line.getByRole("link", { name: "Скачать" }).click()]);
  await file.saveAs(`${files}/${title}`);
}
await look(admin, "export-done");

// the list of what was done, with the report
await admin.getByRole("link", { name: "Задания", exact: true }).click();
await admin.getByRole("heading", { name: "Задания" }).waitFor();
await look(admin, "errands");
const [download] = await Promise.all([admin.waitForEvent("download"), admin.getByRole("link", { name: "Отчёт" }).first().click()]);
console.log(download.suggestedFilename());
await phone.goto("/errands");
await phone.getByRole("heading", { name: "Задания" }).waitFor();
await look(phone, "errands-phone");
await browser.close();
