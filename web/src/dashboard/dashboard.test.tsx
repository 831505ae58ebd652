import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import { queryOf, readSearch } from "../journal/search";
import { DashboardPage, listOf } from "./DashboardPage";

const figure = (key: string, count = 0, tag_id = 0) => ({
  key,
  n: count,
  tag_id,
  colour: tag_id ? "blue" : "",
  capped: count >= 1000,
});
const zone = "Asia/Yekaterinburg";

describe("the summary (D1)", () => {
  it("opens the list of each figure by the conditions it was counted by", () => {
    const query = (...of: Parameters<typeof listOf>) => queryOf(readSearch(listOf(...of)), zone);
    expect(query("status", figure("accepted"))).toEqual({ view: "all", status: ["accepted"] });
    expect(query("kind", figure("paid"))).toEqual({ view: "open", kind: ["paid"] });
    expect(query("due", figure("overdue"))).toEqual({ view: "open", overdue: true });
    expect(query("due", figure("soon"))).toEqual({ view: "open", soon: true });
    expect(query("due", figure("open"))).toEqual({ view: "open" });
    expect(query("postponed", figure("Нет доступа"))).toEqual({ view: "all", postponed: "Нет доступа" });
    expect(query("tags", figure("Срочно", 1, 7), 3)).toEqual({ view: "open", tag_id: [7], company_id: 3 });
  });

  it("shows the figures; what was not counted to the end says so", async () => {
    serve({
      "GET /api/v1/tickets/figures": () => ({
        status: [figure("new", 1000)],
        kind: [figure("emergency", 4)],
        due: [figure("overdue", 2)],
        postponed: [],
        tags: [figure("Срочно", 3, 7)],
      }),
      "GET /api/v1/calls/count": () => ({ count: 7, capped: false }),
      "GET /api/v1/tickets/count": () => ({ count: 5, capped: false }),
      "GET /api/v1/desk/present": () => ({ on: 3, free: 2, talking: 1, away: 0 }),
    });
    const me = meOf("admin");
    showPage(<DashboardPage />, { ...me, permissions: [...me.permissions, "call.read"] });
    expect(await screen.findByTestId("figure-status-new")).toHaveTextContent("Новая1000+");
    expect(screen.getByTestId("figure-due-overdue")).toHaveTextContent("2");
    expect(screen.getByTestId("figure-tags-7")).toHaveTextContent("Срочно3");
    await waitFor(() => expect(screen.getByTestId("figure-calls-waiting")).toHaveTextContent("Ждут оператора7"));
    expect(screen.getByTestId("figure-calls-lost")).toHaveAttribute("href", expect.stringContaining("result=lost"));
    expect(screen.getByTestId("figure-operators-free")).toHaveTextContent("Свободны2");
    expect(screen.getByTestId("figure-floor-handing")).toHaveTextContent("5");
  });
});
