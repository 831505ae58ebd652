import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ticketCard } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { TicketCard } from "../api/types";
import { useTicket } from "./api";
import { EditDialog } from "./EditDialog";

/** The dialog over the card as the page has it: fetched again when somebody was first. */
function Open({ onClose }: { onClose: () => void }) {
  const card = useTicket(7).data;
  return card ? <EditDialog ticket={card} onClose={onClose} /> : null;
}

const edit = "POST /api/v1/tickets/7/edit";

describe("two people correct one request (F70)", { timeout: 30_000 }, () => {
  it("says who was first in the same field, keeps what was typed, and writes it when the person decides so", async () => {
    let card: TicketCard = { ...ticketCard, can: ["edit"] };
    const conflict = () =>
      new Response(
        JSON.stringify({
          status: 409,
          code: "ticket.edited",
          detail: "Пока вы писали, эту заявку исправили.",
          errors: [{ location: "body.description", message: "Бойко О. В. успел раньше" }],
        }),
        { status: 409, headers: { "content-type": "application/problem+json" } },
      );
    let tries = 0;
    const asked = serve({
      "GET /api/v1/tickets/7": () => card,
      [edit]: () => {
        tries++;
        if (tries > 1) return { ...card, description: "Капает" };
        card = { ...card, description: "Льёт в ванной", version: 4 };
        return conflict();
      },
    });
    const onClose = vi.fn();
    showPage(<Open onClose={onClose} />);
    const user = userEvent.setup({ delay: null });
    const words = await screen.findByLabelText("Со слов жителя");
    await user.clear(words);
    await user.click(words);
    await user.paste("Капает");
    await user.click(screen.getByRole("button", { name: /Сохранить/ }));
    await screen.findByText("Бойко О. В. успел раньше");
    await screen.findByText("Теперь там: «Льёт в ванной»");
    expect(words).toHaveValue("Капает");
    expect(screen.getByRole("button", { name: /Сохранить/ })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Записать моё" }));
    await user.click(screen.getByRole("button", { name: /Сохранить/ }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    const sent = asked.filter((a) => a.key === edit);
    expect(await sent[0]?.request.json()).toEqual({
      edits: [{ field: "description", was: ticketCard.description, now: "Капает" }],
    });
    expect(await sent[1]?.request.json()).toEqual({
      edits: [{ field: "description", was: "Льёт в ванной", now: "Капает" }],
    });
  });
});
