import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { serve, showPage } from "../../test/render";
import { Finder } from "./Finder";

const hit = {
  id: 7,
  address: "Озёрная, 4",
  unit: "2",
  company_id: 1,
  company_name: "УК «Северный берег»",
  city: "Новоозёрск",
};
const row = {
  id: 31,
  number: 1042,
  kind: "emergency",
  status: "new",
  reason_name: "Топит сверху",
  address: "Озёрная, 4, кв. 2",
};

function open() {
  const asked = serve({
    "GET /api/v1/buildings/search": () => ({ items: [hit] }),
    "GET /api/v1/tickets": () => ({ items: [row], next_cursor: null }),
    "GET /api/v1/buildings/{id}": () => ({}),
  });
  const closed = vi.fn();
  showPage(<Finder onClose={closed} />);
  return { asked, closed, user: userEvent.setup() };
}

describe("finder", () => {
  it("finds houses and requests by what is typed; a request opens in a tab of its own", async () => {
    const { user } = open();
    await user.type(await screen.findByTestId("finder-field"), "озёр");
    const request = await screen.findByRole("link", { name: /Топит сверху/ });
    expect(request).toHaveAttribute("href", "/journal/31");
    expect(request).toHaveAttribute("target", "_blank");
    expect(await screen.findByRole("button", { name: /Озёрная, 4, кв\. 2/ })).toBeVisible();
  });

  it("goes by arrows, clears by the first Esc and closes by the next", async () => {
    const { user, closed } = open();
    const field = await screen.findByTestId("finder-field");
    await waitFor(() => expect(field).toHaveFocus());
    await user.type(field, "озёр");
    const house = await screen.findByRole("button", { name: /Озёрная, 4, кв\. 2/ });
    await user.keyboard("{ArrowDown}");
    expect(house).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(field).toHaveValue("");
    expect(closed).not.toHaveBeenCalled();
    await user.keyboard("{Escape}");
    expect(closed).toHaveBeenCalledOnce();
  });

  it("searches on while few are found and there is more to look through", async () => {
    const pages = [
      { items: [], next_cursor: "a" },
      { items: [row], next_cursor: null },
    ];
    let asked = 0;
    serve({
      "GET /api/v1/buildings/search": () => ({ items: [] }),
      "GET /api/v1/tickets": () => pages[asked++ % 2],
    });
    showPage(<Finder onClose={vi.fn()} />);
    await userEvent.setup().type(await screen.findByTestId("finder-field"), "озёр");
    expect(await screen.findByRole("link", { name: /Топит сверху/ })).toBeVisible();
  });
});
