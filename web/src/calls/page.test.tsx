import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve } from "../../test/render";
import type { CallRow, Me } from "../api/types";
import { LangContext } from "../i18n/i18n";
import { theme } from "../theme";
import { CallsPage } from "./CallsPage";
import { readCallSearch } from "./search";

const row = (id: number): CallRow => ({
  id,
  key: `c-${id}`,
  company_id: 1,
  company_name: "УК",
  direction: "inbound",
  purpose: "",
  phone: `+7900000${9000 + id}`,
  called: "",
  line_id: 1,
  task_id: null,
  ticket_id: null,
  ticket_number: null,
  operator: null,
  started_at: "2026-11-24T05:00:00Z",
  queued_at: null,
  answered_at: null,
  joined_at: null,
  ended_at: "2026-11-24T05:02:00Z",
  overflow_at: null,
  duration_ms: 0,
  outcome: "abandoned",
  is_cut: false,
  disposition: "lost",
  disposition_note: "",
  recording_id: null,
  recording_gone_at: null,
  zone: "Asia/Yekaterinburg",
  wait_ms: 20_000,
  building_id: null,
  address: "",
  notice_id: null,
  subject: "",
  employee: "",
  mark: null,
});

const view = (id: number, name: string, query: string, columns: string[] = [], is_shared = false) => {
  return { id, name, query, columns, is_shared, is_mine: !is_shared, version: 1 };
};
const answers = {
  "GET /api/v1/calls": () => ({ items: [row(3), row(2), row(1)] }),
  "GET /api/v1/calls/count": () => ({ count: 3, capped: false }),
  "GET /api/v1/calls/operators": () => ({ items: [] }),
  "GET /api/v1/call-views": () => ({
    items: [
      view(1, "Ночные потери", "result=lost&recorded=true", ["started", "phone", "wait"]),
      view(2, "Общий", "about=none", [], true),
    ],
    may_share: true,
  }),
  "POST /api/v1/call-views": () => view(3, "Свой", ""),
};

function open(at: string) {
  const root = createRootRoute();
  const signedIn = createRoute({ getParentRoute: () => root, id: "signed-in" });
  const calls = createRoute({
    getParentRoute: () => signedIn,
    path: "/calls",
    validateSearch: readCallSearch,
    component: CallsPage,
  });
  const call = createRoute({ getParentRoute: () => signedIn, path: "/calls/$id", component: () => <p>a call</p> });
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({
    routeTree: root.addChildren([signedIn.addChildren([calls, call])]),
    history,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (s) => `?${new URLSearchParams(s as Record<string, string>).toString()}`,
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const me: Me = { ...meOf("admin"), permissions: ["call.read"] };
  client.setQueryData(["me"], me);
  render(
    <LangContext value="ru">
      <MantineProvider theme={theme} env="test">
        <QueryClientProvider client={client}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </MantineProvider>
    </LangContext>,
  );
  return history;
}

configure({ asyncUtilTimeout: 20_000 }); // many fields are drawn here

/** Heads of the columns; by their tags, a search by role among so many fields takes seconds. */
const heads = () => [...document.querySelectorAll("th")].map((h) => h.textContent);

beforeEach(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1200);
});

describe("the page of calls", { timeout: 60_000 }, () => {
  it("opens a kept list of calls with its conditions and columns", async () => {
    serve(answers);
    const history = open("/calls");
    await waitFor(() => expect(heads()).toHaveLength(10));
    await userEvent.click(await screen.findByText("Мои списки"));
    await userEvent.click(await screen.findByText("Ночные потери"));
    await waitFor(() => expect(history.location.search).toBe("?result=lost&recorded=true"));
    expect(heads()).toEqual(["Начало", "Номер", "Ждал"]);
    expect(screen.queryByText("Мои списки")).toBeNull();
  });

  it("names the employee who was connected with a resident, where an operator would stand", async () => {
    const connected: CallRow = { ...row(3), purpose: "connection", operator: null, employee: "Гусев П. Н." };
    serve({ ...answers, "GET /api/v1/calls": () => ({ items: [connected] }) });
    open("/calls");
    expect((await screen.findByText("Гусев П. Н.")).closest("td")).toHaveAttribute("title", "Гусев П. Н.");
  });

  it("remarks on a call that came over from a company's own people (F23)", async () => {
    const over: CallRow = { ...row(3), disposition: "ticket", overflow_at: "2026-11-24T05:00:30Z" };
    const asked = serve({ ...answers, "GET /api/v1/calls": () => ({ items: [over, row(2)] }) });
    open("/calls?result=overflow");
    const mark = await screen.findByText(/перешёл от компании/);
    expect(mark.closest("td")).toHaveAttribute("title", expect.stringContaining("в часы компании"));
    expect(screen.getAllByText(/перешёл от компании/)).toHaveLength(1);
    expect(asked.some((a) => a.request.url.includes("result=overflow"))).toBe(true);
  });

  it("keeps what is on the screen among lists of calls", async () => {
    const asked = serve(answers);
    open("/calls?result=lost");
    await userEvent.click(await screen.findByText("Мои списки"));
    await userEvent.click(await screen.findByText("Сохранить этот список…"));
    await userEvent.type(await screen.findByPlaceholderText("Потерянные за ночь"), "Потери{Enter}");
    await waitFor(() => expect(asked.some((a) => a.key === "POST /api/v1/call-views")).toBe(true));
    const sent = await asked.find((a) => a.key === "POST /api/v1/call-views")?.request.json();
    expect(sent).toMatchObject({ name: "Потери", query: "result=lost", is_shared: false });
  });

  it("goes along the rows by arrows and opens one by Enter", async () => {
    serve(answers);
    const history = open("/calls");
    await screen.findByText("+7 900 000-90-03");
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    await waitFor(() => expect(history.location.pathname).toBe("/calls/2"));
  });

  it("takes a column away by the menu of columns", async () => {
    serve(answers);
    open("/calls");
    await userEvent.click(await screen.findByTitle("Столбцы"));
    expect(heads()).toContain("Оценка");
    await userEvent.click(within(await screen.findByRole("dialog")).getByLabelText("Оценка"));
    await waitFor(() => expect(heads()).not.toContain("Оценка"));
  });
});
