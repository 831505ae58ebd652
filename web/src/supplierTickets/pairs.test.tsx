import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ticketCard } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import { MoveDialog } from "../journal/MoveDialog";
import type { PairCard } from "./api";
import { NewsForm } from "./Forms";
import { pairQuery, readPairSearch } from "./search";

const zone = "Asia/Yekaterinburg";
const pair: PairCard = {
  id: 4,
  company_id: 1,
  company_name: "УК",
  ticket_id: 7,
  number: 118402,
  ticket_kind: "emergency",
  ticket_status: "new",
  address: "Белинского, 86",
  building_id: 86,
  reason_name: "Нет воды",
  supplier_id: 2,
  supplier_name: "Водоканал",
  supplier_kind: "водоканал",
  status: "accepted",
  their_number: "В-417",
  handed_to: "",
  news: "",
  handed_over_at: "2026-11-26T05:00:00Z",
  followup_at: "2026-11-26T07:00:00Z",
  accepted_at: "2026-11-26T05:00:00Z",
  done_at: null,
  closed_at: null,
  created_at: "2026-11-26T05:00:00Z",
  zone,
  is_due: false,
  version: 2,
  phones: [],
  hours: "",
  events: [],
  to: ["in_progress", "done", "cancelled"],
};

const bodies = async (asked: ReturnType<typeof serve>, key: string) =>
  Promise.all(asked.filter((a) => a.key === key).map((a) => a.request.clone().json() as Promise<unknown>));

describe("suppliers' requests", () => {
  it("keep the list in the URL; what is not understood is left out", () => {
    const q = {
      view: "due",
      status: "accepted",
      kind: "лифт",
      q: "бел",
      house: "86",
      from: "2026-11-24",
      to: "2026-11-24",
    };
    expect(readPairSearch(q)).toEqual({ ...q, house: 86 });
    expect(readPairSearch({ view: "?", status: 5, from: "вчера", company: "-1" })).toEqual({});
    expect(pairQuery(readPairSearch(q), zone)).toMatchObject({
      view: "due",
      status: ["accepted"],
      building_id: 86,
      from: "2026-11-23T19:00:00.000Z",
      to: "2026-11-24T19:00:00.000Z",
    });
    expect(pairQuery({}, zone)).toEqual({ view: "open" });
  });

  it("end only after it was said that the ordinary request is open (F49)", async () => {
    const key = "POST /api/v1/supplier-tickets/4/news";
    let seen = 0;
    const asked = serve({
      [key]: () => (seen++ === 0 ? problem(409, "supplier_ticket.ticket_open", "Заявка № 118402 ещё «новая».") : pair),
    });
    showPage(<NewsForm pair={pair} />);
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText("Что сказали"));
    await user.paste("пустили воду");
    await user.click(screen.getByRole("button", { name: "Записать" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("сама не закроется");
    await user.click(screen.getByRole("button", { name: "Да, записать" }));
    await waitFor(() => expect(seen).toBe(2));
    expect(await bodies(asked, key)).toMatchObject([
      { pair_seen: false, text: "пустили воду", version: 2 },
      { pair_seen: true, text: "пустили воду", version: 2 },
    ]);
  });

  it("are warned of above the button that ends the ordinary one (F49)", async () => {
    const key = `POST /api/v1/tickets/${ticketCard.id}/move`;
    const asked = serve({ [key]: () => ticketCard });
    const open = {
      id: 4,
      supplier_name: "Водоканал",
      status: "accepted",
      their_number: "",
      followup_at: null,
      is_open: true,
    } as const;
    showPage(
      <MoveDialog
        ticket={{ ...ticketCard, can: ["done"], pair: open }}
        action="done"
        onClose={vi.fn()}
        onDone={vi.fn()}
      />,
    );
    expect(await screen.findByText(/Водоканал.*ещё открыта/)).toBeVisible();
    await userEvent.setup().click(screen.getByRole("button", { name: /Выполнено/ }));
    await waitFor(() => expect(asked.some((a) => a.key === key)).toBe(true));
    expect(await bodies(asked, key)).toMatchObject([{ to: "done", pair_seen: true }]);
  });
});
