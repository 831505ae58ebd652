import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { ticketCard } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { TicketCard } from "../api/types";
import { useTicket } from "./api";
import { Facts } from "./Facts";

function Card() {
  const card = useTicket(7).data;
  return card ? <Facts ticket={card} /> : null;
}

const assign = "POST /api/v1/tickets/7/assign";
const choices = {
  tags: [],
  executors: [
    { id: 1, name: "Гусев П. Н." },
    { id: 2, name: "Бойко О. В." },
  ],
  responsible: [{ id: 3, name: "Ершов М. Л." }],
  reasons: [],
  groups: [],
};

describe("one request is given to a chosen person (J6)", { timeout: 30_000 }, () => {
  it("offers everybody but who has it, asks to choose, says who was first, and sends the version that was seen", async () => {
    let card: TicketCard = { ...ticketCard, can: ["assign"] };
    let tries = 0;
    const asked = serve({
      "GET /api/v1/tickets/7": () => card,
      "GET /api/v1/ticket-choices": () => choices,
      [assign]: () => {
        tries++;
        if (tries > 1) return { ...card, executor: { id: 2, name: "Бойко О. В." } };
        card = { ...card, version: card.version + 1 };
        return new Response(
          JSON.stringify({ status: 409, code: "ticket.changed", detail: "Первым заявку № 7 изменил Мастер." }),
          { status: 409, headers: { "content-type": "application/problem+json" } },
        );
      },
    });
    showPage(<Card />);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: "Сменить исполнителя" }));
    await user.click(await screen.findByRole("button", { name: /Передать/ }));
    await screen.findByText("Выберите сотрудника");
    await user.click(screen.getByRole("combobox", { name: "Исполнитель" }));
    expect(screen.queryByRole("option", { name: "Гусев П. Н." })).toBeNull();
    await user.click(await screen.findByRole("option", { name: "Бойко О. В." }));
    await user.click(screen.getByRole("button", { name: /Передать/ }));
    await screen.findByText("Первым заявку № 7 изменил Мастер.");
    await user.click(screen.getByRole("button", { name: /Передать/ }));
    await screen.findByText("Исполнитель сменён");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const sent = await Promise.all(asked.filter((a) => a.key === assign).map((a) => a.request.json()));
    expect(sent).toEqual([
      { what: "executor", member_id: 2, version: ticketCard.version },
      { what: "executor", member_id: 2, version: ticketCard.version + 1 },
    ]);
  });

  it("shows no button to who may not", async () => {
    serve({ "GET /api/v1/tickets/7": () => ({ ...ticketCard, can: ["comment"] }) });
    showPage(<Card />);
    await screen.findByText("Гусев П. Н.");
    expect(screen.queryByRole("button", { name: "Сменить исполнителя" })).toBeNull();
  });
});
