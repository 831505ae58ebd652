import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import { Operators } from "../shift/Operators";
import { QueuePage } from "./QueuePage";

const settings = {
  ring_sec: 15,
  wrap_up_sec: 30,
  language_sec: 30,
  surge: 5,
  slow_calls: 3,
  slow_hours: 24,
  pauses: [{ name: "Обед", limit_min: 45 }],
  version: 3,
  companies: [{ company_id: 1, name: "УК «Север»", weight: 1, wrap_up_sec: null, language: "" }],
  lines: [{ line_id: 7, company: "", phone: "+73430000100", language: "" }],
  languages: ["tt"],
};

describe("settings of the queue", () => {
  it("are saved with the version read; a refusal stands at its field", async () => {
    const sent: unknown[] = [];
    serve({
      "GET /api/v1/shift/queue": () => settings,
      "GET /api/v1/shift/slow-numbers": () => ({ items: [] }),
      "PUT /api/v1/shift/queue": async (_, request) => {
        sent.push(await request.json());
        return problem(422, "pause.name", "Назовите причину перерыва.", [
          { message: "не заполнено", location: "body.pauses[1].name" },
        ]);
      },
    });
    showPage(<QueuePage />, meOf("admin"));
    await userEvent.click(await screen.findByRole("button", { name: "Добавить причину" }));
    await userEvent.click(screen.getAllByRole("button", { name: "Сохранить" })[0]!);
    expect(await screen.findByText("не заполнено")).toBeVisible();
    expect(sent).toEqual([
      {
        ring_sec: 15,
        wrap_up_sec: 30,
        language_sec: 30,
        surge: 5,
        slow_calls: 3,
        slow_hours: 24,
        version: 3,
        pauses: [
          { name: "Обед", limit_min: 45 },
          { name: "", limit_min: 15 },
        ],
      },
    ]);
  });
});

// F17
describe("the slow lane", () => {
  it("shows who is in it and takes a mark off", async () => {
    const lifted: string[] = [];
    let items = [
      {
        call_id: 9,
        phone: "+73430000777",
        company: { id: 1, name: "УК «Север»" },
        calls: 3,
        last_at: "2026-11-26T06:00:00Z",
        until: "2026-11-27T06:00:00Z",
      },
    ];
    serve({
      "GET /api/v1/shift/queue": () => settings,
      "GET /api/v1/shift/slow-numbers": () => ({ items }),
      "POST /api/v1/shift/slow-numbers/9/lift": () => {
        lifted.push("9");
        items = [];
        return null;
      },
    });
    showPage(<QueuePage />, meOf("admin"));
    expect(await screen.findByTestId("slow-9")).toHaveTextContent("УК «Север» · пустых звонков: 3");
    await userEvent.click(screen.getByRole("button", { name: "Снять отметку" }));
    expect(await screen.findByText("Таких номеров сейчас нет")).toBeVisible();
    expect(lifted).toEqual(["9"]);
  });
});

describe("operators", () => {
  it("are moved, and who rests too long is marked", async () => {
    const moved: unknown[] = [];
    const ago = (sec: number) => new Date(Date.now() - sec * 1000).toISOString();
    const seat = { user_id: 5, name: "Анна", state: "pause", reason: "Обед", since: ago(3000), until: ago(300) };
    serve({
      "GET /api/v1/desk/wallboard": () => ({ seats: [seat] }),
      "POST /api/v1/shift/operators/5/move": async (_, request) => {
        moved.push(await request.json());
        return null;
      },
    });
    showPage(<Operators />, meOf("admin"));
    expect(await screen.findByTestId("operator-5")).toHaveTextContent("дольше положенного");
    await userEvent.click(screen.getByRole("button", { name: "Перевести: Анна" }));
    await userEvent.click(await screen.findByText("Готов"));
    await expect.poll(() => moved).toEqual([{ state: "ready" }]);
  });
});
