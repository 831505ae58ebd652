import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { belinsky, leak, ticketCard } from "../../test/fixtures";
import { serve, show } from "../../test/render";
import { placeOf } from "./form";
import { Same } from "./Same";

describe("the same trouble (J10)", () => {
  it("is shown with number, state and age, and joins by one key; it stands in nobody's way", async () => {
    const age = new Date(Date.now() - 65 * 60_000).toISOString();
    const asked = serve({
      "GET /api/v1/tickets/similar": () => ({
        items: [{ ...ticketCard, id: 7, number: 118402, unit: "45", created_at: age }],
      }),
    });
    const join = vi.fn();
    const place = placeOf(belinsky);
    show(<Same place={place} reason={leak} active onJoin={join} />);
    expect(await screen.findByText(/Уже есть/)).toBeVisible();
    expect(screen.getByTestId("same")).toHaveTextContent("1 ч назад");
    expect(new URL(asked[0]!.request.url).searchParams.get("building_id")).toBe(String(belinsky.id));
    const user = userEvent.setup();
    await waitFor(() => {
      fireEvent.keyDown(window, { code: "F6" }); // the key is heard once the row is drawn
      expect(join).toHaveBeenCalled();
    });
    join.mockClear();
    await user.click(screen.getByTestId("same-7"));
    expect(join).toHaveBeenCalledTimes(1);
  });
});
