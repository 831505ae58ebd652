/** outage.mjs ADDRESS [DIRECTORY for pictures] HOUSE TICKET: a caller about an outage is joined with its notice by one key. */
import { browser, look, must, person, upright } from "./browser.mjs";

const [, , , , house, ticket] = process.argv;
const FORM = `/journal/new?house=${house}&unit=45`;

const admin = await person("admin");
await admin.goto(FORM);
await admin.getByTestId("outages").getByText("Оповещение № 1.").waitFor();
await look(admin, "outage-form");
await admin.getByLabel("Телефон для связи").fill("8 900 090 00 31"); // the key is heard in a field too
await admin.keyboard.press("F7");
await admin.getByText(/О вашей проблеме уже знают.*Номер обращения 1\/1/).waitFor();
await look(admin, "outage-joined");
await admin.keyboard.press("n");
await admin.getByLabel("Адрес").waitFor();

const phone = await person("foreman", 390, 844);
await phone.goto(FORM);
await phone.getByRole("button", { name: "Та же проблема" }).scrollIntoViewIfNeeded();
await look(phone, "outage-form-phone");
await upright(phone);
await phone.getByRole("button", { name: "Та же проблема" }).click();
await phone.getByText(/Номер обращения 1\/2/).waitFor();

// a request that was made before is tied from its card, and there the notice is seen
await admin.goto(`/journal/${ticket}`);
await admin.getByRole("button", { name: "Связать" }).click();
const line = admin.locator(".notice-line", { hasText: "нет холодной воды" });
await line.getByText("связана").waitFor();
await look(admin, "outage-card");
await phone.goto(`/journal/${ticket}`);
await phone.locator(".notice-line", { hasText: "связана" }).scrollIntoViewIfNeeded();
await look(phone, "outage-card-phone");
await upright(phone);

// and at the notice stand both: who called, and the request
await admin.goto("/notices");
await admin.getByText("2 обращения").waitFor();
await admin.locator(".notice-rows button").first().click();
const details = admin.getByTestId("notice-details");
await details.getByTestId("caller-1/1").getByText("кв. 45, +7 900").waitFor();
await details.getByTestId("caller-1/2").waitFor();
must((await details.getByText("связана").count()) === 1, "one request is tied");
await look(admin, "outage-notice");
await phone.goto("/notices");
await phone.locator(".notice-rows button").first().click();
await phone.getByTestId("caller-1/1").scrollIntoViewIfNeeded();
await look(phone, "outage-notice-phone");
await upright(phone);
await browser.close();
