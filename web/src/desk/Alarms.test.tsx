import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { serve, showPage } from "../../test/render";
import { Alarms } from "./Idle";

it("leads from an alarm to the request it is about", async () => {
  const alarm = { code: "reassign", severity: 1, company_id: 1, raised_at: "2026-11-26T06:00:00Z" };
  serve({
    "GET /api/v1/alarms": () => ({
      items: [
        { ...alarm, id: 1, subject: "ticket:15", text: "Заявку № 15 нужно передать" },
        { ...alarm, id: 3, code: "talk-long", subject: "call:9", text: "Разговор дольше 30 минут" },
        { ...alarm, id: 2, code: "trunks-down", subject: "trunks", text: "Линии молчат" },
      ],
    }),
  });
  showPage(<Alarms />);
  expect(await screen.findByRole("link", { name: "Заявку № 15 нужно передать" })).toHaveAttribute(
    "href",
    "/journal/15",
  );
  expect(screen.getByRole("link", { name: "Разговор дольше 30 минут" })).toHaveAttribute("href", "/calls/9"); // F19
  expect(screen.getByText("Линии молчат").closest("a")).toBeNull();
});
