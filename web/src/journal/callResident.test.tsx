import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf, ticketCard } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import { CallResident } from "./CallResident";
import type { Connecting } from "./connection";

const own = (phone: string, now = true) => ({ phone, note: "", now });
const free: Connecting = {
  phones: [own("+79000001001"), own("+79000001002", false)],
  resident: "+7 912 •••-67-89",
  why: "",
  quiet: null,
  last: null,
};
const path = "/api/v1/tickets/5/connection";
const ticket = { ...ticketCard, id: 5, status: "accepted" as const, caller_phone: "+7 912 •••-67-89" };
const admin = meOf("admin");
const me = { ...admin, permissions: [...admin.permissions, "ticket.call"] };
const gone = (state: "calling_you" | "over", result: "" | "busy" | "withdrawn") => ({
  ...free,
  last: { state, result, asked_at: new Date().toISOString() },
});

describe("a call through the dispatch centre (J12)", { timeout: 30_000 }, () => {
  it("rings the phone that was chosen, shows whose rings, and may be withdrawn", async () => {
    const sent: { key: string; phone: string; quiet_seen?: boolean }[] = [];
    serve({
      [`GET ${path}`]: () => free,
      [`POST ${path}`]: async (_, request) => {
        sent.push((await request.json()) as (typeof sent)[number]);
        return gone("calling_you", "");
      },
      [`POST ${path}/withdraw`]: () => gone("over", "withdrawn"),
    });
    showPage(<CallResident ticket={ticket} />, me);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByTestId("call-resident"));
    await user.click(await screen.findByLabelText(/900 000-10-02/));
    await user.click(screen.getByRole("button", { name: "Позвонить" }));
    expect(await screen.findByText("Звоним вам – возьмите трубку")).toBeVisible();
    expect(screen.queryByTestId("call-resident")).toBeNull();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ phone: "+79000001002" });
    expect(sent[0]).not.toHaveProperty("quiet_seen");
    await user.click(screen.getByRole("button", { name: "Отменить" }));
    expect(await screen.findByText("Звонок отменён")).toBeVisible();
    expect(screen.getByTestId("call-resident")).toBeVisible();
  });

  it("says that the resident is not to be disturbed, and who knows it calls all the same", async () => {
    const sent: unknown[] = [];
    serve({
      [`GET ${path}`]: () => ({ ...free, quiet: "2026-11-25T03:00:00Z" }),
      [`POST ${path}`]: async (_, request) => {
        sent.push(await request.json());
        return gone("over", "busy");
      },
    });
    showPage(<CallResident ticket={ticket} />, me);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByTestId("call-resident"));
    expect(await screen.findByText(/Тихие часы: жителя не беспокоят до/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Всё равно позвонить" }));
    await waitFor(() => expect(sent).toMatchObject([{ quiet_seen: true }]));
    expect(await screen.findByText("У жителя занято")).toBeVisible();
  });

  it("says why nobody can be called, and is not there for who may not", async () => {
    serve({ [`GET ${path}`]: () => ({ ...free, phones: [], why: "no_phone" }) });
    const { unmount } = showPage(<CallResident ticket={ticket} />, me);
    await userEvent.click(await screen.findByTestId("call-resident"));
    expect(await screen.findByText(/В вашей карточке сотрудника нет телефона/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Позвонить" })).toBeNull();
    unmount();
    showPage(<CallResident ticket={ticket} />, { ...admin, permissions: ["ticket.read"] });
    expect(screen.queryByTestId("call-resident")).toBeNull();
  });
});
