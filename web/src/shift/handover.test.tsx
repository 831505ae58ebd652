import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import type { Matter } from "./api";
import { Handover } from "./Handover";
import { crowded } from "./Surge";
import { Tasks } from "./Tasks";

const at = "2026-11-24T17:05:00Z";
const matter = (kind: Matter["kind"], ref: string, text: string): Matter => ({
  kind,
  ref,
  text,
  ticket_id: null,
  at,
  is_grave: kind === "escalation" || kind === "alarm",
});
const open = [matter("escalation", "ticket:5", "№ 118402, Белинского, 86"), matter("task", "task:7", "Перезвонить")];
const given = {
  id: 3,
  given_by_id: 99,
  given_by: "Соколова Т. В.",
  given_at: at,
  note: "на Белинского вода",
  taken_by: "",
  taken_at: null,
  taken_note: "",
  withdrawn_at: null,
  open: 2,
};

describe("handing a shift over", () => {
  it("names what was seen, and says what the server refuses", async () => {
    const sent: unknown[] = [];
    serve({
      "GET /api/v1/shift/ending": () => ({ matters: open, given: [], takers: ["Ночной старший"] }),
      "GET /api/v1/shift/handovers": () => ({ items: [] }),
      "POST /api/v1/shift/handovers": async (_, request) => {
        sent.push(await request.json());
        return problem(409, "handover.moved", "Появилось новое: № 118403. Прочитайте список ещё раз.");
      },
    });
    showPage(<Handover />, meOf("admin"));
    expect(await screen.findByTestId("matters-escalation")).toHaveTextContent("№ 118402, Белинского, 86");
    expect(screen.getByTestId("matters-waiting")).toHaveTextContent("никто не ждёт");
    expect(screen.getByText("Принять может: Ночной старший")).toBeVisible();
    await userEvent.type(screen.getByLabelText("Своими словами"), "на Белинского вода");
    await userEvent.click(screen.getByTestId("give-shift"));
    expect(await screen.findByText(/Появилось новое/)).toBeVisible();
    expect(sent).toEqual([{ note: "на Белинского вода", seen: ["ticket:5"] }]);
  });

  it("is taken by who has read it", async () => {
    const sent: unknown[] = [];
    serve({
      "GET /api/v1/shift/ending": () => ({ matters: [], given: sent.length === 0 ? [given] : [], takers: [] }),
      "GET /api/v1/shift/handovers": () => ({ items: [given] }),
      "GET /api/v1/shift/handovers/3": () => ({ ...given, matters: open }),
      "POST /api/v1/shift/handovers/3/take": async (_, request) => {
        sent.push(await request.json());
        return { ...given, taken_by: "я", taken_at: at };
      },
    });
    showPage(<Handover />, meOf("admin"));
    const over = await screen.findByTestId("take-over-3");
    expect(over).toHaveTextContent("на Белинского вода");
    await waitFor(() => expect(over).toHaveTextContent("№ 118402, Белинского, 86"));
    await userEvent.click(screen.getByLabelText("Прочитал всё, что передают"));
    await userEvent.click(screen.getByTestId("take-shift"));
    await waitFor(() => expect(screen.queryByTestId("take-over-3")).toBeNull());
    expect(sent).toEqual([{ is_read: true, note: "" }]);
  });
});

describe("a task on the shift", () => {
  it("goes to another operator, or back into the queue", async () => {
    const sent: unknown[] = [];
    const task = {
      id: 7,
      purpose: "callback",
      title: "Перезвонить: не дождался ответа",
      company_name: "УК «Заречье»",
      phones: ["+79000900042"],
      promise_at: null,
      operator_name: "Миронова О. Л.",
    };
    serve({
      "GET /api/v1/desk/tasks": () => ({ items: [task] }),
      "GET /api/v1/desk/wallboard": () => ({ seats: [{ user_id: 41, name: "Фёдорова", state: "ready", since: at }] }),
      "POST /api/v1/desk/tasks/7/give": async (_, request) => {
        sent.push(await request.json());
        return {};
      },
    });
    showPage(<Tasks />, meOf("admin"));
    expect(await screen.findByTestId("shift-task-7")).toHaveTextContent("взял: Миронова О. Л.");
    await userEvent.click(screen.getByRole("button", { name: /^Кому отдать/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Фёдорова" }));
    await waitFor(() => expect(sent).toEqual([{ user_id: 41 }]));
    await userEvent.click(screen.getByRole("button", { name: /^Кому отдать/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Вернуть в очередь" }));
    await waitFor(() => expect(sent).toEqual([{ user_id: 41 }, { user_id: 0 }]));
  });
});

describe("a surge", () => {
  it("is three calls of one house at once", () => {
    const call = { is_inbound: true, company_id: 1, building_id: 3, house: "Белинского, 86" };
    const of = (...cs: object[]) => crowded(cs as Parameters<typeof crowded>[0]);
    expect(of(call, call)).toEqual([]);
    expect(of(call, call, { ...call, is_inbound: false })).toEqual([]);
    expect(of(call, call, call)).toEqual([{ company: 1, house: 3, name: "Белинского, 86", calls: 3 }]);
  });
});
