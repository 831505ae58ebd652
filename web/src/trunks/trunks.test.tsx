import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { problem, serve, showPage } from "../../test/render";
import { TrunkEditor, noTrunk } from "./TrunkEditor";
import { TrunksPage } from "./TrunksPage";

const trunk = {
  ...noTrunk,
  id: 3,
  name: "Транк X",
  carrier: "Провайдер X",
  host: "198.51.100.7",
  user: "7343",
  has_password: true,
  version: 4,
  lines: ["+73430000101"],
  now: {
    state: "down",
    text: "нет ответа от 198.51.100.7",
    since: "2026-11-24T07:00:00Z",
    registered: false,
    pong: null,
    calls: 2,
    rate: 1,
    failures: [{ cause: "не отвечает", count: 7 }],
    blocked: false,
    probe: {
      number: "+73430000102",
      at: "2026-11-24T07:01:00Z",
      text: "ответ есть, приветствия не слышно",
      answered_ms: 310,
      failures: 2,
      calls: 4,
      spent: 480,
      is_stopped: true,
    },
  },
};

describe("trunks", () => {
  it("show how they are, and why they are not well", async () => {
    serve({ "GET /api/v1/trunks": () => ({ items: [trunk] }) });
    showPage(<TrunksPage />);
    expect(await screen.findByText("не работает")).toBeVisible();
    expect(screen.getByText(/нет ответа от 198/)).toBeVisible();
    expect(screen.getByText("2 из 30")).toBeVisible();
    expect(screen.getByText("не отвечает: 7")).toBeVisible();
    expect(screen.getByText(/нет регистрации/)).toBeVisible();
    expect(screen.getByText(/не прошёл .*: ответ есть, приветствия не слышно/)).toBeVisible();
    expect(screen.getByText(/неудач подряд: 2 · за сутки звонков 4, 4,80 ₽ · деньги на сутки кончились/)).toBeVisible();
  });

  it("ring a number of ours as a test, within a price", async () => {
    const asked = serve({
      "GET /api/v1/trunks": () => ({ items: [trunk] }),
      "PUT /api/v1/trunks/3": () => trunk,
    });
    const done = vi.fn();
    showPage(<TrunkEditor trunk={{ ...trunk, now: null }} onDone={done} />);
    const user = userEvent.setup({ delay: null });
    const [number] = await screen.findAllByLabelText("На какой номер звонить");
    expect(screen.queryByLabelText("Цена звонка, ₽")).toBeNull();
    await user.click(number as HTMLElement);
    await user.click(await screen.findByText("+7 343 000-01-01"));
    const price = screen.getByLabelText("Цена звонка, ₽");
    await user.clear(price);
    await user.type(price, "1,2");
    await user.click(screen.getByText("Сохранить"));
    await waitFor(() => expect(done).toHaveBeenCalled());
    const sent = (await asked.find((a) => a.key.startsWith("PUT"))?.request.json()) as Record<string, unknown>;
    expect(sent).toMatchObject({ probe_number: "+73430000101", probe_every_min: 1, probe_price: 120, probe_budget: 0 });
  });

  it("say of a probe's 8-800 number that it is not dialled", async () => {
    serve({ "GET /api/v1/trunks": () => ({ items: [trunk] }) });
    showPage(<TrunkEditor trunk={{ ...trunk, now: null, probe_number: "+78007001020" }} onDone={vi.fn()} />);
    expect(await screen.findByText(/8-800 программа не набирает/)).toBeInTheDocument();
  });

  it("keep the password that is not typed anew, and refuse at the field of a list", async () => {
    const asked = serve({
      "GET /api/v1/trunks": () => ({ items: [trunk] }),
      "PUT /api/v1/trunks/3": () =>
        problem(422, "trunk.wrong", "Транк не сохранён.", [{ location: "body.addresses[0]", message: "не адрес" }]),
    });
    showPage(<TrunksPage />);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: "Изменить: Транк X" }));
    const form = await screen.findByRole("dialog");
    await user.type(within(form).getAllByLabelText("Адреса, с которых он звонит")[0] as HTMLElement, "x{Enter}");
    await user.click(within(form).getByRole("button", { name: "Сохранить" }));
    expect(await within(form).findByText("не адрес")).toBeVisible();
    const sent = (await asked.find((a) => a.key.startsWith("PUT"))?.request.json()) as Record<string, unknown>;
    expect(sent).toMatchObject({ version: 4, addresses: ["x"], channels: 30 });
    expect(sent).not.toHaveProperty("password");
    expect(sent).not.toHaveProperty("now");
  });
});
