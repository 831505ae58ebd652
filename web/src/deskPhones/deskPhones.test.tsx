import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { serve, showPage } from "../../test/render";
import { DeskPhonesPage } from "./DeskPhonesPage";

const phone = {
  id: 7,
  user_id: 3,
  user_name: "Белова А. П.",
  name: "k7wq2mhd",
  created_at: "2026-11-20T07:00:00Z",
  created_by: "Старший",
  reset_at: null,
  now: { from: "10.0.0.77:5060", agent: "Desk 1", since: "2026-11-24T07:00:00Z" },
};
const ban = {
  id: "b1",
  address: "10.9.9.9",
  guesses: 10,
  since: "2026-11-24T07:00:00Z",
  until: "2026-11-24T07:30:00Z",
};

describe("desk phones", () => {
  it("are made for an operator, and the password is shown once", async () => {
    const asked = serve({
      "GET /api/v1/desk-phones": () => ({
        at: "10.0.0.5:5070",
        items: [],
        without: [{ id: 3, name: "Белова А. П." }],
        bans: [],
      }),
      "POST /api/v1/desk-phones": () => ({ item: { ...phone, now: null }, password: "gnb7p76w2qhmqg9s" }),
    });
    const user = userEvent.setup({ delay: null });
    showPage(<DeskPhonesPage />);
    await user.click(await screen.findByRole("button", { name: "Завести телефон" }));
    const dialog = await screen.findByRole("dialog");
    const [whose] = within(dialog).getAllByLabelText("Чей телефон");
    await user.click(whose as HTMLElement);
    await user.click(await screen.findByText("Белова А. П."));
    await user.click(within(dialog).getByRole("button", { name: "Завести телефон" }));
    expect(await screen.findByText("gnb7p76w2qhmqg9s")).toBeVisible();
    expect(screen.getByText("k7wq2mhd")).toBeVisible();
    expect(await asked.find((a) => a.key.startsWith("POST"))?.request.json()).toEqual({ user_id: 3 });
    await user.click(screen.getByRole("button", { name: "Готово" }));
    expect(screen.queryByText("gnb7p76w2qhmqg9s")).toBeNull();
  });

  it("say where they are registered, and who is shut out until the ban is lifted", async () => {
    const asked = serve({
      "GET /api/v1/desk-phones": () => ({ at: "10.0.0.5:5070", items: [phone], without: [], bans: [ban] }),
      "DELETE /api/v1/desk-phones/bans/b1": () => undefined,
      "DELETE /api/v1/desk-phones/7": () => undefined,
    });
    const user = userEvent.setup({ delay: null });
    showPage(<DeskPhonesPage />);
    expect(await screen.findByText(/на связи с 10\.0\.0\.77:5060/)).toBeVisible();
    expect(screen.getByText(/10 неверных паролей/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Снять блокировку: 10.9.9.9" }));
    await user.click(screen.getByRole("button", { name: "Отозвать: Белова А. П." }));
    expect(asked.some((a) => a.key === "DELETE /api/v1/desk-phones/7")).toBe(false);
    const dialog = await screen.findByRole("dialog", { name: "Отозвать телефон: Белова А. П.?" });
    await user.click(within(dialog).getByRole("button", { name: "Отозвать" }));
    expect(await screen.findByText("Телефон отозван: Белова А. П.")).toBeVisible();
    expect(asked.filter((a) => a.key.startsWith("DELETE")).map((a) => a.key)).toEqual([
      "DELETE /api/v1/desk-phones/bans/b1",
      "DELETE /api/v1/desk-phones/7",
    ]);
  });
});
