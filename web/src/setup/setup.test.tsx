import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, show } from "../../test/render";
import { Signed } from "../../test/signed";
import { mostNumbers } from "./api";
import { CallingPage } from "./CallingPage";
import { ReadinessView } from "./ReadinessPage";

const me = { ...meOf("admin"), permissions: ["company.read", "company.write"] };
describe("readiness", () => {
  const step = (key: string, missing: number, total: number) => ({ key, is_done: missing === 0, missing, total });
  it("says what is missing of how many, and leads to where it is mended", async () => {
    serve({
      "GET /api/v1/onboarding/readiness": () => ({
        percent: 66,
        items: [step("lines", 0, 2), step("phones", 3, 17), step("admin", 0, 1)],
      }),
    });
    const go = vi.fn();
    show(
      <Signed me={me}>
        <ReadinessView go={go} />
      </Signed>,
    );
    expect(await screen.findByText("Готово на 66 %")).toBeVisible();
    expect(screen.getByText("Осталось: 1 пункт")).toBeVisible();
    expect(screen.getByText("не хватает 3 из 17")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Исправить: У каждого сотрудника есть телефон" }));
    expect(go).toHaveBeenCalledWith("/settings/staff");
  });
});

describe("rules of calling", () => {
  const rules = {
    step_min: 10,
    dials: 5,
    ring_sec: 45,
    operator_within_sec: 60,
    inquiry_min: 120,
    supplier_min: 120,
    callback_min: 10,
    repeat_min: 10,
    quiet_from: "21:00",
    quiet_to: "08:00",
    work_from: "08:00",
    work_to: "17:00",
    version: 2,
    most_numbers: 6,
  };
  const start = (more: Parameters<typeof serve>[0] = {}) => {
    const asked = serve({ "GET /api/v1/companies/1/calling": () => rules, ...more });
    show(
      <Signed me={me}>
        <CallingPage />
      </Signed>,
    );
    return asked;
  };
  it("say how many numbers fit while they are typed, and the refusal at its field", async () => {
    const asked = start({
      "PUT /api/v1/companies/1/calling": () =>
        problem(422, "settings.wrong", "Правила не сохранены.", [{ location: "body.dials", message: "не помещается" }]),
    });
    expect(await screen.findByText(/успеваем обзвонить 6 номеров/)).toBeVisible();
    const step = screen.getByLabelText("Минут на уровень");
    await userEvent.clear(step);
    await userEvent.type(step, "1");
    expect(await screen.findByText("Столько звонков не помещается во время уровня.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("не помещается")).toBeVisible();
    const sent = (await asked.find((a) => a.key.startsWith("PUT"))!.request.json()) as Record<string, unknown>;
    expect(sent).toMatchObject({ step_min: 1, version: 2 });
    expect(sent).not.toHaveProperty("most_numbers");
  });
  it("count as the server does", () => {
    expect(mostNumbers(10, 5, 45)).toBe(6);
    expect(mostNumbers(1, 5, 45)).toBe(0);
    expect(mostNumbers(10, 10, 45)).toBe(3);
  });
});
