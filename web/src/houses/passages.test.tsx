import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { problem, serve, show } from "../../test/render";
import type { BuildingCard } from "../api/types";
import { Passages } from "./Passages";
import { ru } from "./words/ru";

const w = ru.passage;
const house = {
  id: 7,
  company_id: 1,
  address: "Белинского, 86",
  zone: "Asia/Yekaterinburg",
  is_archived: false,
} as BuildingCard; // the panel reads no more
const company = (id: number, name: string, is_active = true) => ({ id, name, city: "Екатеринбург", is_active });
const going = {
  to_company: { id: 2, name: "Южный берег" },
  at: "2199-12-31T19:00:00Z",
  with_contacts: false,
  note: "",
  ordered_at: "2026-11-24T07:00:00Z",
  ordered_by: "Платонова",
  withdrawn_at: null,
  withdrawn_by: "",
  done_at: null,
  contacts: 0,
  open_tickets: 0,
};
const companies = {
  items: [company(1, "Северный берег"), company(2, "Южный берег"), company(3, "Закрытая", false)],
  cities: [],
  trunks: [],
};

describe("a house passes to another company (F15)", () => {
  it("is ordered without contacts unless it is said", async () => {
    const bodies: unknown[] = [];
    serve({
      "GET /api/v1/building-passages/7": () => ({ items: [] }),
      "GET /api/v1/companies": () => companies,
      "POST /api/v1/building-passages/7": async (_url, request) => {
        bodies.push(await request.json());
        return bodies.length === 1
          ? problem(422, "passage.incomplete", "Передача не назначена.", [
              { location: "body.on", message: "день уже идёт или прошёл" },
            ])
          : { items: [going] };
      },
      "POST /api/v1/building-passages/7/withdraw": () => ({
        items: [{ ...going, withdrawn_at: "2026-11-24T08:00:00Z" }],
      }),
    });
    show(<Passages house={house} />);
    fireEvent.click(await screen.findByText(w.open));
    const form = within(await screen.findByRole("dialog"));
    const to = form.getByLabelText(new RegExp(w.to));
    await within(to).findByText(/Южный берег/);
    expect(within(to).queryByText(/Северный|Закрытая/)).toBeNull();
    fireEvent.change(to, { target: { value: "2" } });
    fireEvent.change(form.getByLabelText(new RegExp(w.on)), { target: { value: "2200-01-01" } });
    expect(form.getByLabelText(new RegExp(w.contacts))).not.toBeChecked();
    fireEvent.submit(form.getByLabelText(new RegExp(w.on)));
    expect(await form.findByText(/день уже идёт/)).toBeVisible();
    fireEvent.submit(form.getByLabelText(new RegExp(w.on)));
    expect(await screen.findByText(/Передаётся: Южный берег, с 01.01.2200, без контактов/)).toBeVisible();
    expect(bodies[1]).toEqual({ to_company_id: 2, on: "2200-01-01", with_contacts: false, note: "" });
    fireEvent.click(screen.getByText(w.withdraw));
    expect(await screen.findByText(w.off)).toBeVisible();
    expect(screen.getByText(w.open)).toBeVisible();
  }, 30_000);
});
