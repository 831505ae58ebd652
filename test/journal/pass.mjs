/** pass.mjs ADDRESS [DIRECTORY for pictures] HOUSE DAY: the centre's administrator passes a house to another company and undoes it. */
import { browser, look, must, person, upright } from "./browser.mjs";

const [, , , , house, day] = process.argv;
const PAGE = `/settings/houses/${house}`;
const shown = day.split("-").reverse().join("."); // of another year: the year is shown

// to a company's administrator its house is not his to give away
const own = await person("admin");
await own.goto(PAGE);
await own.getByRole("heading", { level: 1 }).waitFor();
must((await own.getByRole("button", { name: "Передать компании" }).count()) === 0, "a company passes no houses");

const desk = await person("platform");
await desk.goto(PAGE);
await desk.getByRole("button", { name: "Передать компании" }).click();
const form = desk.getByRole("dialog");
await form.getByText("Передать другой компании").waitFor();
await form.getByRole("option", { name: /УК/ }).first().waitFor({ state: "attached" });
await desk.waitForFunction(() => document.activeElement?.tagName === "SELECT"); // not the cross that closes it
await look(desk, "pass-form");
await form.getByLabel("Компания").selectOption({ index: 1 });
await form.getByLabel("С какого дня").fill("2026-01-01");
await form.getByRole("button", { name: "Назначить" }).click();
await form.getByText("день уже идёт или прошёл").waitFor();
await look(desk, "pass-refused");
await form.getByLabel("С какого дня").fill(day);
await form.getByLabel("Передать и контакты жителей").check();
await form.getByLabel("Основание").fill("протокол собрания № 4");
await form.getByRole("button", { name: "Назначить" }).click();
await form.waitFor({ state: "detached" });
await desk.getByText(new RegExp(`Передаётся: .*, с ${shown}, с контактами жителей`)).waitFor();
await look(desk, "pass-ordered");

// the company sees what is to come, and cannot undo it
await own.reload();
await own.getByText(shown).first().waitFor();
must((await own.getByRole("button", { name: "Отменить передачу" }).count()) === 0, "a company undoes nothing");
await look(own, "pass-own");

// undone on a telephone, and ordered anew there by keyboard
const phone = await person("platform", 390, 844);
await phone.goto(PAGE);
await phone.getByText(shown).first().waitFor();
await look(phone, "pass-ordered-phone");
await upright(phone);
await phone.getByRole("button", { name: "Отменить передачу" }).click();
await phone.getByText("отменена", { exact: true }).waitFor();
await look(phone, "pass-undone-phone");
await upright(phone);
const again = phone.getByRole("button", { name: "Передать компании" });
await again.focus();
await phone.keyboard.press("Enter");
const small = phone.getByRole("dialog");
await small.getByLabel("Компания").waitFor();
await look(phone, "pass-form-phone");
await upright(phone);
await small.getByRole("button", { name: "Назначить" }).scrollIntoViewIfNeeded();
await look(phone, "pass-form-phone-end");
await phone.keyboard.press("Escape");
await small.waitFor({ state: "detached" });
must(await again.evaluate((b) => b === document.activeElement), "the focus is back at its button");

// and the first screen has nothing to undo any more
await desk.reload();
await desk.getByRole("button", { name: "Передать компании" }).waitFor();
await look(desk, "pass-undone");
await browser.close();
