import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import { placeOf } from "../player/Player";
import { KeysForm } from "./KeysForm";
import { RecordingsPage } from "./RecordingsPage";

const term = {
  company_id: 1,
  days: 1095,
  law_days: 1095,
  version: 0,
  count: 120,
  bytes: 2_400_000,
  oldest: "2026-01-01T00:00:00Z",
  held: 1,
  due: 30,
  waiting: 10,
  sweeps: [
    { at: "2026-11-24T00:30:00Z", before: "2023-11-24T00:30:00Z", removed: 20, bytes: 400_000, failed: 0, waiting: 10 },
  ],
};
const keys = {
  since: "2026-01-01T00:00:00Z",
  keys: 1,
  destroyed: 0,
  recordings: 5,
  asked_by: "",
  asked_at: null,
  is_mine: false,
};

describe("how long recordings are kept", () => {
  it("warns of less than the law's journal and asks for the seen figure", async () => {
    const asked = serve({
      "GET /api/v1/companies/1/recording-term": () => term,
      "POST /api/v1/companies/1/recording-term/confirm": () => ({ ...term, waiting: 0 }),
    });
    showPage(<RecordingsPage />, { ...meOf("admin"), permissions: ["company.read", "company.write"] });
    await screen.findByText(/120 записей, 2,4 МБ/);
    expect(screen.queryByText(/меньше, чем хранится журнал/)).toBeNull();
    const user = userEvent.setup({ delay: null });
    await user.click(screen.getByRole("button", { name: "Подтвердить удаление: 30 записей" }));
    expect(await screen.findByText(/Срок истёк: 30 записей. Удалятся/)).toBeVisible();
    expect(await asked.find((a) => a.key.startsWith("POST"))?.request.json()).toEqual({ due: 30 });
    await user.click(screen.getByRole("combobox", { name: "Срок хранения" }));
    await user.click(await screen.findByRole("option", { name: "3 месяца" }));
    expect(screen.getByText(/меньше, чем хранится журнал/)).toBeVisible();
  });
});

describe("the keys of a company", () => {
  it("are destroyed only after the name is typed, by two people", async () => {
    let now: object = keys;
    serve({
      "GET /api/v1/companies/1/recording-keys": () => now,
      "POST /api/v1/companies/1/recording-keys/destroy": async (_, request) =>
        ((await request.clone().json()) as { name: string }).name === "УК"
          ? (now = { ...keys, asked_by: "Орлова", asked_at: "2026-11-24T07:00:00Z", is_mine: true })
          : problem(422, "recording_key.name", "Ключи не тронуты.", [
              { location: "body.name", message: "наберите точно" },
            ]),
    });
    showPage(<KeysForm company={{ id: 1, name: "УК" }} onDone={() => undefined} />);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: "Уничтожить ключи" }));
    expect(screen.getByRole("button", { name: "Попросить уничтожить" })).toBeDisabled();
    await user.type(screen.getByLabelText("Наберите название компании: УК"), "ук{Enter}");
    expect(await screen.findByText("наберите точно")).toBeVisible();
    await user.clear(screen.getByLabelText("Наберите название компании: УК"));
    await user.type(screen.getByLabelText("Наберите название компании: УК"), "УК{Enter}");
    expect(await screen.findByText(/только другой человек/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Уничтожить навсегда" })).toBeNull();
  });
});

describe("keys of the player", () => {
  it("move within the recording", () => {
    expect(placeOf("ArrowRight", 58, 60)).toBe(60);
    expect(placeOf("ArrowLeft", 3, 60)).toBe(0);
    expect(placeOf("PageUp", 10, 60)).toBe(40);
    expect(placeOf("Home", 10, 60)).toBe(0);
    expect(placeOf("x", 10, 60)).toBeUndefined();
  });
});
