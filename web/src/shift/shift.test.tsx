import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
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
