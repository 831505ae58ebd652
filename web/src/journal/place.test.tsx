import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { belinsky, leak, ticketCard } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { Action, BuildingHit } from "../api/types";
import { PlaceDialog } from "./PlaceDialog";

const place = "POST /api/v1/tickets/7/place";
const strange: BuildingHit = { ...belinsky, id: 99, company_id: 2, company_name: "УК «Южный берег»", unit: "12" };

describe("the address was written down wrongly (F14)", { timeout: 30_000 }, () => {
  const ask = async (hit: BuildingHit, answer: () => unknown) => {
    const asked = serve({
      "GET /api/v1/buildings/search": () => ({ items: [hit] }),
      [`GET /api/v1/buildings/${hit.id}`]: () => ({ ...hit, units: [] }),
      "GET /api/v1/reasons/search": () => ({ items: [leak] }),
      [place]: answer,
    });
    const onDone = vi.fn();
    const can: Action[] = ["replace"];
    showPage(<PlaceDialog ticket={{ ...ticketCard, can }} onClose={vi.fn()} onDone={onDone} />);
    const user = userEvent.setup({ delay: null });
    expect(await screen.findByRole("button", { name: "Исправить адрес" })).toBeDisabled();
    await user.type(screen.getByRole("combobox"), "бел");
    await user.click(await screen.findByText("Белинского, 86, кв. 45"));
    return { asked, onDone, user };
  };

  it("is corrected within the company without another question", async () => {
    const { asked, onDone, user } = await ask(belinsky, () => ({ ...ticketCard, address: "Белинского, 86, кв. 45" }));
    expect(screen.queryByText(/обслуживает/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "Исправить адрес" }));
    await waitFor(() => expect(onDone).toHaveBeenCalledWith(expect.objectContaining({ id: ticketCard.id })));
    expect(await asked.find((a) => a.key === place)?.request.json()).toMatchObject({
      building_id: 86,
      unit: "45",
      reason_id: 0,
      version: ticketCard.version,
    });
  });

  it("says that another company gets it, and asks for a reason when it has no such one", async () => {
    let tries = 0;
    const refusal = () =>
      new Response(
        JSON.stringify({
          status: 422,
          code: "ticket.reason",
          detail: "Выберите причину: у этой компании такой нет.",
          errors: [{ location: "body.reason_id", message: "выберите причину" }],
        }),
        { status: 422, headers: { "content-type": "application/problem+json" } },
      );
    const { onDone, user } = await ask(strange, () => (tries++ ? { ...ticketCard, id: 8, company_id: 2 } : refusal()));
    await screen.findByText("Этот дом обслуживает УК «Южный берег».");
    const hand = screen.getByRole("button", { name: "Передать той компании" });
    await user.click(hand);
    await screen.findByText("выберите причину");
    expect(onDone).not.toHaveBeenCalled();
    await user.click(hand);
    await waitFor(() => expect(onDone).toHaveBeenCalledWith(expect.objectContaining({ id: 8 })));
  });
});
