import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import { Takers } from "./Takers";

const at = "2026-11-24T17:05:00Z";

describe("two have taken it (F35)", () => {
  it("stand there both, and the operator says who goes", async () => {
    const sent: unknown[] = [];
    const two = [
      { member_id: 2, name: "Сафин Р. М.", at, has: true },
      { member_id: 1, name: "Гусев П. Н.", at, has: false },
    ];
    serve({
      "GET /api/v1/tickets/5/takers": () => ({ items: sent.length === 0 ? two : [] }),
      "POST /api/v1/tickets/5/takers": async (_, request) => {
        sent.push(await request.json());
        return { items: [] };
      },
    });
    const me = meOf("admin");
    showPage(<Takers ticketId={5} zone="Asia/Yekaterinburg" />, {
      ...me,
      permissions: [...me.permissions, "desk.work"],
    });
    const panel = await screen.findByTestId("takers");
    expect(panel).toHaveTextContent("заявка за ним");
    const [, second] = screen.getAllByRole("button", { name: "Едет он" });
    if (second) await userEvent.click(second);
    await waitFor(() => expect(screen.queryByTestId("takers")).toBeNull());
    expect(sent).toEqual([{ member_id: 1 }]);
  });
});
