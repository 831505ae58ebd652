import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { TaskRow } from "../api/types";
import { TasksPage } from "./TasksPage";

const soon = (sec: number) => new Date(Date.now() + sec * 1000).toISOString();

function row(more: Partial<TaskRow>): TaskRow {
  return {
    id: 1,
    purpose: "callback",
    title: "Перезвонить: не дождался ответа",
    state: "active",
    result: "",
    note: "",
    member: null,
    phones: ["+79000900031"],
    dialled: 1,
    dials: 3,
    due_at: soon(-60),
    promise_at: soon(120),
    next_at: null,
    created_at: soon(-60),
    finished_at: null,
    company_id: 1,
    company_name: "УК «Северный квартал»",
    ticket_id: null,
    ticket_number: null,
    call_id: 5,
    priority: 60,
    zone: "Asia/Yekaterinburg",
    is_staff: false,
    repeats: 2,
    last_outcome: "busy",
    is_late: false,
    unanswered: false,
    operator_name: "",
    ...more,
  };
}

describe("call tasks", () => {
  it("says why a dial failed, how often he called, what is promised; and narrows", async () => {
    const handover = row({ id: 2, purpose: "handover", title: "Передать аварийную", is_staff: true, repeats: 0 });
    const late = row({ id: 3, title: "Перезвонить сотруднику", promise_at: soon(-30), is_staff: true });
    serve({ "GET /api/v1/desk/tasks": () => ({ items: [row({}), handover, late] }) });
    showPage(<TasksPage />, meOf("admin"));
    const first = await screen.findByTestId("task-1");
    expect(first).toHaveTextContent("набрано 1 из 3 · в последний раз: занято · звонил ещё 2 раза");
    expect(first).toHaveTextContent(/осталось [12]:\d\d/);
    expect(within(screen.getByTestId("task-2")).queryByText("Снять")).toBeNull();
    expect(screen.getByTestId("task-3")).toHaveAttribute("data-late");
    fireEvent.click(screen.getByTestId("tasks-late"));
    await waitFor(() => expect(screen.queryByTestId("task-1")).toBeNull());
    expect(screen.getByTestId("task-3")).toBeVisible();
  });

  it("drops a task with a reason only", async () => {
    const asked = serve({
      "GET /api/v1/desk/tasks": () => ({ items: [row({})] }),
      "POST /api/v1/desk/tasks/1/drop": () => ({}),
    });
    showPage(<TasksPage />, meOf("admin"));
    fireEvent.click(await screen.findByText("Снять"));
    const button = await screen.findByText("Снять задачу");
    expect(button.closest("button")).toBeDisabled();
    fireEvent.change(screen.getByLabelText("Причина"), { target: { value: "сам дозвонился" } });
    fireEvent.click(button);
    await waitFor(() => expect(asked.map((a) => a.key)).toContain("POST /api/v1/desk/tasks/1/drop"));
    expect(await asked.find((a) => a.key.startsWith("POST"))?.request.json()).toEqual({ reason: "сам дозвонился" });
  });
});
