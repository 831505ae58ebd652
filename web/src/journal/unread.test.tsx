import { screen, waitFor } from "@testing-library/react";
import { beforeAll, describe, expect, it } from "vitest";
import { serve, showPage } from "../../test/render";
import type { TicketEvent } from "../api/types";
import { Timeline } from "./Timeline";
import { UnreadFlag, UnreadMark } from "./Unread";

const line = (id: number, text: string, is_unread: boolean): TicketEvent => ({
  id,
  at: "2026-11-26T06:00:00Z",
  kind: "comment",
  by: "Бойко О. В.",
  text,
  data: {},
  call: null,
  is_for_resident: false,
  is_unread,
});

describe("what was not read yet", () => {
  beforeAll(() => {
    Element.prototype.scrollTo = () => undefined; // jsdom has none
  });

  it("is marked in the card, told to the server as read, and stays marked while the card is open", async () => {
    const asked = serve({
      "GET /api/v1/tickets/7/events": () => ({
        items: [line(1, "Старое", false), line(2, "Подвал открыт", true)],
        zone: "Asia/Yekaterinburg",
        said: 2,
      }),
      "GET /api/v1/tickets/count": () => ({ count: 3, capped: false }),
      "POST /api/v1/tickets/7/read": () => new Response(null, { status: 204 }),
    });
    showPage(
      <>
        <UnreadFlag search={{}} onChange={() => undefined} />
        <Timeline ticketId={7} zone="Asia/Yekaterinburg" />
      </>,
    );
    await screen.findByRole("button", { name: "Непрочитанные · 3" });
    await screen.findByText("Подвал открыт");
    const told = () => asked.filter((a) => a.key === "POST /api/v1/tickets/7/read");
    await waitFor(() => expect(told()).toHaveLength(1));
    expect(await told()[0]?.request.json()).toEqual({ said: 2 });
    const counts = () => asked.filter((a) => a.key === "GET /api/v1/tickets/count");
    await waitFor(() => expect(counts()).toHaveLength(2)); // counted anew, as the answer has come
    expect(screen.getAllByText("новое")).toHaveLength(1);
    expect(told()).toHaveLength(1);
  });

  it("says how much it is on a row, and nothing when all is read", async () => {
    showPage(
      <>
        <UnreadMark n={2} />
        <UnreadMark n={0} />
      </>,
    );
    expect(await screen.findByLabelText("2 непрочитанных комментария")).toHaveTextContent("2");
    expect(screen.getAllByRole("img")).toHaveLength(1);
  });
});
