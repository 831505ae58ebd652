import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ticketCard } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import { PassedOn } from "./PassedOn";

const said = "Заявка № 25 уже передана: Сафин Р. М. Если едете вы, заберите её обратно.";

it("takes back a request that has gone on to another (F34)", async () => {
  const asked = serve({ "POST /api/v1/tickets/7/accept": () => ticketCard });
  const { client } = showPage(<PassedOn id={7} said={said} />);
  expect(await screen.findByText(said)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Забрать обратно" }));
  await waitFor(() => expect(client.getQueryData(["ticket", 7])).toEqual(ticketCard));
  expect(asked[0]?.request.url).toContain("take_back=true");
  expect(await screen.findByText("Заявка снова ваша")).toBeVisible();
});

it("says who was first, and has no button then (R5)", async () => {
  serve({ "POST /api/v1/tickets/7/accept": () => problem(409, "ticket.taken", "Заявку уже взял Сафин Р. М.") });
  showPage(<PassedOn id={7} said={said} />);
  await userEvent.click(await screen.findByRole("button", { name: "Забрать обратно" }));
  expect(await screen.findByText("Заявку уже взял Сафин Р. М.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Забрать обратно" })).toBeNull();
});
