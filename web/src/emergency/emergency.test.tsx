import { screen, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { problem, serve, showPage } from "../../test/render";
import { meOf } from "../../test/fixtures";
import { EmergencyPage } from "./EmergencyPage";

const kept = vi.hoisted(() => ({ list: null as unknown, put: vi.fn() }));
vi.mock("../offline/list", () => ({ keepList: kept.put, recallList: () => Promise.resolve(kept.list) }));
afterEach(() => {
  kept.list = null;
  kept.put.mockClear();
});

const person = { member_id: 1, name: "Гусев П. Н.", position: "сантехник", on_duty: true };
const number = { phone: "+79000001000", note: "", is_now: true };
const step = { ...person, level: 1, is_tried: true, is_now: false, numbers: [number] };
const list = {
  at: new Date(Date.now() - 12.5 * 60_000).toISOString(),
  callers: [{ task_id: 5, company_id: null, phone: "+79000900045", since: "2026-11-26T05:00:00Z", promise_at: null }],
  companies: [
    {
      id: 1,
      name: "УК «Северный берег»",
      zone: "Asia/Yekaterinburg",
      is_cut: false,
      others: 3,
      duty: [
        {
          reasons: [{ category: "Двор", is_all: false, names: ["Провал"], total: 3 }],
          houses: { is_all: true, group: "", names: ["Озёрная, 2"], total: 22 },
          steps: [{ ...step, is_tried: false }],
          responsible: null,
        },
      ],
      requests: [
        {
          ticket_id: 7,
          number: 25,
          created_at: "2026-11-26T05:00:00Z",
          localise_by: null,
          zone: "Asia/Yekaterinburg",
          address: "Озёрная, 4, кв. 5",
          entrance: 2,
          floor: 0,
          access: "код 12",
          reason: "Топит сверху",
          text: "льёт с потолка",
          phone: "+79000900059",
          steps: [
            step,
            {
              ...step,
              member_id: 2,
              level: 2,
              name: "Сафин Р. М.",
              is_tried: false,
              is_now: true,
              numbers: [{ ...number, is_now: false }],
            },
          ],
          responsible: { ...person, member_id: 9, name: "Ветров К. А.", on_duty: false, numbers: [] },
        },
      ],
      suppliers: [
        {
          id: 3,
          name: "Водоканал",
          kind: "водоканал",
          hours: "круглосуточно",
          numbers: [{ phone: "112", note: "аварийная", hours: "круглосуточно" }],
        },
      ],
    },
  ],
};
const operators = [
  { user_id: 3, name: "Соколова Т. В.", kind: "supervisor", company_id: null, phone: "+79005550003" },
  { user_id: 4, name: "Яшин Г. Г.", kind: "own", company_id: 1, phone: "+79005550004" },
];
const me = { ...meOf("admin"), kind: "operator" as const, permissions: ["emergency.read"] };

it("has whom to call, each number to be pressed, and keeps it for the hour when the server is away", async () => {
  const now = { ...list, operators };
  serve({ "GET /api/v1/emergency-list": () => now });
  showPage(<EmergencyPage />, me as never);
  const request = within(await screen.findByTestId("emergency-request-7"));
  expect(request.getByText(/Озёрная, 4, кв. 5, подъезд 2/)).toBeVisible();
  expect(request.getByRole("link", { name: /090-00-59/ })).toHaveAttribute("href", "tel:+79000900059");
  expect(request.getByText("сантехник, звонили, не принял")).toBeVisible();
  expect(request.getByText("сантехник, его очередь")).toBeVisible();
  expect(request.getByText("в другие часы")).toBeVisible();
  expect(request.getByText("номера нет")).toBeVisible();
  expect(screen.getByText("Двор: Провал; и ещё 2")).toBeVisible();
  expect(screen.getByText("городской номер")).toBeVisible();
  expect(screen.getByRole("link", { name: "112" })).toHaveAttribute("href", "tel:112");
  expect(screen.queryByTestId("list-old")).toBeNull();
  const desks = within(screen.getByTestId("emergency-operators"));
  expect(desks.getByText("старший смены")).toBeVisible();
  expect(desks.getByText("диспетчер компании: УК «Северный берег»")).toBeVisible();
  expect(desks.getByRole("link", { name: /555-00-03/ })).toHaveAttribute("href", "tel:+79005550003");
  expect(kept.put).toHaveBeenCalledWith(me, now);
});

it("shows what was kept with its age while the server does not answer", async () => {
  kept.list = list;
  serve({ "GET /api/v1/emergency-list": () => problem(503, "unavailable", "") });
  showPage(<EmergencyPage />, me as never);
  expect(await screen.findByTestId("list-old")).toHaveTextContent("ему 12 минут");
  expect(screen.getByTestId("emergency-request-7")).toBeVisible();
  expect(screen.getByText(/Номера не записаны/)).toBeVisible(); // it was kept by the version before
});

it("says so when nothing was kept, and what is wrong when he may not see it", async () => {
  serve({ "GET /api/v1/emergency-list": () => problem(503, "unavailable", "") });
  const first = showPage(<EmergencyPage />, me as never);
  expect(await screen.findByTestId("list-old")).toHaveTextContent("Возьмите напечатанный");
  first.unmount();
  serve({ "GET /api/v1/emergency-list": () => problem(403, "access.emergency.read", "Это вам недоступно.") });
  showPage(<EmergencyPage />, me as never);
  expect(await screen.findByText("Аварийный список не загрузился")).toBeVisible();
});
