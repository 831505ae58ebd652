import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import { Calls } from "./Calls";
import { Escalations } from "./Escalations";
import { Incidents } from "./Incidents";

const late = {
  id: 4,
  kind: "late_answer",
  at: "2026-11-24T17:05:00Z",
  call_id: 9,
  company_name: "",
  phone: "",
  called_at: "2026-11-24T17:00:00Z",
  waited_till: "2026-11-24T17:07:32Z",
  is_answered: false,
  recording_id: null,
  duration_ms: 0,
  looked_at: null,
  looked_by: "",
  note: "",
  zone: "Asia/Yekaterinburg",
};

describe("incidents", () => {
  it("say what happened, and keep what was found", async () => {
    const notes: unknown[] = [];
    serve({
      "GET /api/v1/shift/incidents": () => ({ items: notes.length === 0 ? [late] : [] }),
      "POST /api/v1/shift/incidents/4/look": async (_, request) => {
        notes.push(await request.json());
        return { ...late, looked_by: "Старший смены", looked_at: late.at, note: "все на перерыве" };
      },
    });
    showPage(<Incidents />, meOf("admin"));
    const row = await screen.findByTestId("incident-4");
    expect(row).toHaveTextContent("Городской номер · номер скрыт · ждал 7:32, не дождался");
    await userEvent.type(screen.getByPlaceholderText("Что выяснили"), "все на перерыве{Enter}");
    expect(await screen.findByText("Разбирать нечего")).toBeVisible();
    expect(notes).toEqual([{ note: "все на перерыве" }]);
  });
});

const ago = (sec: number) => new Date(Date.now() - sec * 1000).toISOString();

describe("calls", () => {
  it("say by sign and words who waits for how long", async () => {
    const call = {
      key: "a",
      phone: "+79000900042",
      company_name: "УК «Северный квартал»",
      company_id: 1,
      house: "Белинского, 86",
      building_id: 3,
      is_inbound: true,
      purpose: "",
      ticket_id: null,
      state: "waiting",
      started_at: ago(255),
      since: ago(240),
      operator_id: null,
      operator: "",
      trunk: "Транк X",
      is_urgent: true,
      is_own: false,
      is_overflow: false,
      is_repeated: false,
      is_slow: false,
    };
    const talk = {
      ...call,
      key: "b",
      state: "talking",
      operator_id: 1,
      operator: "Миронова О. Л.",
      is_urgent: false,
      is_overflow: true,
    };
    const own = { ...call, key: "c", is_urgent: false, is_own: true, is_slow: true }; // F17
    const long = { ...talk, key: "d", talk_since: ago(31 * 60 + 20) }; // F19
    const soon = { ...talk, key: "e", talk_since: ago(29 * 60) };
    serve({
      "GET /api/v1/desk/live-calls": () => ({ items: [call, talk, own, long, soon], all: 6, server_time: ago(0) }),
    });
    showPage(<Calls />, meOf("admin"));
    const waits = await screen.findByTestId("call-a");
    expect(waits).toHaveAttribute("data-tone", "over");
    expect(waits).toHaveTextContent(/ждёт 4:1\d/);
    expect(waits).toHaveTextContent("авария");
    expect(waits).toHaveTextContent("Белинского, 86");
    expect(screen.getByTestId("call-b")).not.toHaveAttribute("data-tone");
    expect(screen.getByTestId("call-b")).toHaveTextContent("Миронова О. Л.");
    expect(screen.getByTestId("call-b")).toHaveTextContent("компания не ответила");
    expect(screen.getByTestId("call-c")).toHaveTextContent("часы компании: ждёт её диспетчеров");
    expect(screen.getByTestId("call-c")).toHaveTextContent("медленная очередь");
    expect(waits).not.toHaveTextContent("компани");
    expect(waits).not.toHaveTextContent("медленная");
    expect(screen.getByText("ещё 1")).toBeVisible();
    expect(screen.getByTestId("call-d")).toHaveTextContent("разговор 31 мин.");
    expect(screen.getByTestId("call-e")).not.toHaveTextContent("разговор");
    expect(screen.getByTestId("call-b")).not.toHaveTextContent("разговор");
  });
});

describe("escalations", () => {
  it("send the level that was seen, and say what is refused", async () => {
    const sent: unknown[] = [];
    const one = {
      ticket_id: 5,
      number: 118402,
      address: "Белинского, 86",
      reason: "Течь",
      stage: "calling",
      is_held: false,
      level: 2,
      levels: 3,
      calling: "Хасанов Т. Р.",
      next: "Ветров К. А.",
      responsible: "",
      next_at: ago(-400),
      started_at: ago(60),
      zone: "Asia/Yekaterinburg",
    };
    serve({
      "GET /api/v1/escalations": () => ({ items: [one] }),
      "POST /api/v1/escalations/5/step-in": async (_, request) => {
        sent.push(await request.json());
        return problem(409, "escalation.moved", "Уровень уже сменился.");
      },
    });
    showPage(<Escalations />, meOf("admin"));
    const row = await screen.findByTestId("escalation-5");
    expect(row).toHaveTextContent("2-й уровень из 3: Хасанов Т. Р. → Ветров К. А.");
    expect(screen.getByRole("button", { name: "Позвонить ответственному" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Следующий уровень" }));
    expect(await screen.findByText("Уровень уже сменился.")).toBeVisible();
    expect(sent).toEqual([{ do: "skip", level: 2 }]);
  });
});
