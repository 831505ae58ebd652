import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { meOf } from "../../../test/fixtures";
import { problem, serve, showPage } from "../../../test/render";
import { Webhooks } from "./WebhooksPage";

const boss = { ...meOf("admin"), permissions: ["user.read", "user.write"] } as never;
const hook = {
  id: 3,
  name: "1С",
  url: "https://example.com/hook",
  events: ["ticket.created"],
  has_phones: false,
  is_on: true,
  user_name: "Ершова",
  created_at: "2026-11-20T07:00:00Z",
  failing_since: "2026-11-23T07:00:00Z",
  disabled_at: null,
  waiting: 0,
  dead: 1,
  version: 2,
};
const kinds = ["ticket.created", "ticket.closed"];

it("says at the address why it is refused, and shows the secret once", async () => {
  let refused = true;
  const asked = serve({
    "GET /api/v1/webhooks": () => ({ items: [], kinds }),
    "POST /api/v1/webhooks": () =>
      refused
        ? problem(422, "webhook.invalid", "Проверьте отмеченные поля.", [
            { location: "body.url", message: "это внутренний адрес" },
          ])
        : { secret: "whsec_abc", item: hook },
  });
  const user = userEvent.setup();
  showPage(<Webhooks />, boss);
  expect(await screen.findByText("Вебхуков пока нет")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Добавить вебхук" }));
  const form = await screen.findByRole("dialog");
  await user.type(within(form).getByRole("textbox", { name: "Название" }), "1С");
  await user.type(within(form).getByRole("textbox", { name: "Адрес" }), "https://10.0.0.1/");
  await user.click(within(form).getByRole("checkbox", { name: "Заявка создана" }));
  await user.click(within(form).getByRole("button", { name: "Добавить вебхук" }));
  expect(await screen.findByText("это внутренний адрес")).toBeInTheDocument();
  refused = false;
  await user.click(within(form).getByRole("button", { name: "Добавить вебхук" }));
  expect(await screen.findByText("whsec_abc")).toBeInTheDocument();
  const sent = (await asked
    .filter((a) => a.key.startsWith("POST"))
    .at(-1)!
    .request.json()) as unknown;
  expect(sent).toMatchObject({ name: "1С", events: ["ticket.created"], has_phones: false, is_on: true });
});

it("tries a dead delivery again, and only a dead one", async () => {
  const delivery = {
    id: 9,
    event: "evt_1",
    kind: "ticket.created",
    subject_id: 5,
    created_at: "2026-11-23T07:00:00Z",
    state: "dead",
    tries: 12,
    next_at: null,
    tried_at: "2026-11-24T06:00:00Z",
    status: 500,
    note: "ответ 500",
  };
  const asked = serve({
    "GET /api/v1/webhooks": () => ({ items: [hook], kinds }),
    "GET /api/v1/webhooks/3/deliveries": () => ({
      items: [delivery, { ...delivery, id: 8, state: "done", note: "", status: 200 }],
      next: 0,
    }),
    "POST /api/v1/webhooks/3/deliveries/9/retry": () => undefined,
  });
  const user = userEvent.setup();
  showPage(<Webhooks />, boss);
  expect(await screen.findByText(/не доставлено: 1/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Журнал доставки" }));
  expect(await screen.findByText(/не доставлено · 12 попыток · ответ 500/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Повторить" }));
  expect(asked.some((a) => a.key === "POST /api/v1/webhooks/3/deliveries/9/retry")).toBe(true);
});
