import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, show, showPage } from "../../test/render";
import { Outcome } from "../desk/Outcome";
import { useCallWork } from "../desk/useCallWork";
import { callView } from "../softphone/fakes";
import type { NoticeCard } from "./api";
import { NoticesPage } from "./NoticesPage";
import { ToldOfTicket } from "./Told";

const water: NoticeCard = {
  id: 5,
  company_id: 1,
  number: 12,
  state: "in_force",
  is_company: false,
  building_ids: [86],
  group_ids: [],
  where: "Белинского, 86",
  service: "cold_water",
  reason: "порыв трубы",
  text: "Белинского, 86: нет холодной воды.",
  supplier_id: 0,
  is_voiced: true,
  starts_at: "2026-11-26T03:00:00Z",
  ends_at: "2026-11-26T13:00:00Z",
  over_at: null,
  zone: "Asia/Yekaterinburg",
  calls: 3,
  after: 0,
  created_at: "2026-11-26T03:00:00Z",
  created_by: "Миронова О. Л.",
  version: 2,
  events: [],
  callers: [
    {
      reference: "12/3",
      call_id: 0,
      address: "Белинского, 86, кв. 45",
      phone: "+79000900031",
      by: "Миронова О. Л.",
      is_after: true,
      at: "2026-11-26T04:00:00Z",
    },
    {
      reference: "12/2",
      call_id: 44,
      address: "",
      phone: "",
      by: "Зимина А. В.",
      is_after: false,
      at: "2026-11-26T03:50:00Z",
    },
  ],
  tickets: [
    {
      id: 7,
      number: 118402,
      reason: "Нет воды",
      address: "Белинского, 86, кв. 45",
      status: "new",
      created_at: "2026-11-26T03:10:00Z",
      is_open: true,
      is_tied: true,
    },
  ],
};

const me = { ...meOf("admin"), permissions: ["ticket.read", "notice.read", "notice.write", "building.read"] };

function page(more: Parameters<typeof serve>[0] = {}, who = me) {
  const asked = serve({
    "GET /api/v1/notices": () => ({ items: [water] }),
    "GET /api/v1/notices/5": () => water,
    "GET /api/v1/buildings": () => ({ items: [{ id: 86, address: "Белинского, 86", zone: "Asia/Yekaterinburg" }] }),
    "GET /api/v1/building-groups": () => ({ items: [] }),
    "GET /api/v1/suppliers": () => ({ items: [] }),
    ...more,
  });
  showPage(<NoticesPage />, who);
  return asked;
}

const sent = async (asked: ReturnType<typeof serve>, key: string) =>
  (await asked.find((a) => a.key === key)!.request.json()) as Record<string, unknown>;

describe("notices", () => {
  it("are raised in one step: the words are made of the choices (F54)", async () => {
    const asked = page({ "POST /api/v1/notices": () => water });
    await userEvent.click(await screen.findByTestId("notice-raise"));
    await userEvent.click(await screen.findByLabelText("Вся компания"));
    await userEvent.type(screen.getByLabelText("Причина"), "авария");
    expect(screen.getByTestId("notice-text")).toHaveValue("Во всех домах нет холодной воды. Причина: авария.");
    await userEvent.click(screen.getByTestId("notice-save"));
    await waitFor(() => expect(asked.some((a) => a.key === "POST /api/v1/notices")).toBe(true));
    const body = await sent(asked, "POST /api/v1/notices");
    expect(body).toMatchObject({ is_company: true, building_ids: [], service: "cold_water", is_voiced: true });
    expect(body["starts_at"]).toBeUndefined();
  });

  it("keep what was typed when the server refuses, and say it at the field", async () => {
    page({
      "POST /api/v1/notices": () =>
        problem(422, "notice.invalid", "Проверьте оповещение.", [
          { location: "body.building_ids", message: "выберите дома, группы или всю компанию" },
        ]),
    });
    await userEvent.click(await screen.findByTestId("notice-raise"));
    await userEvent.type(await screen.findByLabelText("Причина"), "авария");
    await userEvent.click(screen.getByTestId("notice-save"));
    expect(await screen.findByText("выберите дома, группы или всю компанию")).toBeVisible();
    expect(screen.getByLabelText("Причина")).toHaveValue("авария");
  });

  it("end with the requests a person chose, not by themselves (F54)", async () => {
    const asked = page({ "POST /api/v1/notices/5/end": () => ({ ...water, state: "ended" }) });
    await userEvent.click(await screen.findByTestId("notice-5"));
    await userEvent.click(await screen.findByTestId("notice-end"));
    const box = screen.getByRole("checkbox");
    expect(box).not.toBeChecked();
    await userEvent.click(box);
    await userEvent.click(screen.getByTestId("notice-go"));
    await waitFor(() => expect(asked.some((a) => a.key === "POST /api/v1/notices/5/end")).toBe(true));
    expect(await sent(asked, "POST /api/v1/notices/5/end")).toEqual({ done_ticket_ids: [7], version: 2 });
  });

  it("show who called about them, with the numbers told (J10)", async () => {
    page({}, { ...me, permissions: ["notice.read", "call.read"] });
    await userEvent.click(await screen.findByTestId("notice-5"));
    const written = await screen.findByTestId("caller-12/3");
    expect(written).toHaveTextContent("Белинского, 86, кв. 45");
    expect(written).toHaveTextContent("после окончания");
    expect(within(screen.getByTestId("caller-12/2")).getByRole("link")).toHaveAttribute("href", "/calls/44");
  });

  it("are tied from a request's card, where nothing is offered to who may not (N2)", async () => {
    const open = { ...water, tickets: [], id: 6, text: "Белинского, 86: нет света." };
    let tied = [water];
    const asked = serve({
      "GET /api/v1/notices/of-ticket": () => ({ items: tied }),
      "GET /api/v1/notices/at": () => ({ items: [water, open] }),
      "POST /api/v1/notices/6/tickets": () => {
        tied = [open, water];
        return open;
      },
    });
    const card = <ToldOfTicket ticketId={7} buildingId={86} isOpen />;
    const first = showPage(card, { ...me, permissions: ["notice.read"] });
    await screen.findByText("связана");
    expect(screen.queryByTestId("told-6")).toBeNull();
    first.unmount();
    showPage(card, me);
    await userEvent.click(await screen.findByTestId("tie-6"));
    await waitFor(() => expect(screen.getAllByText("связана")).toHaveLength(2));
    expect(await sent(asked, "POST /api/v1/notices/6/tickets")).toEqual({ ticket_ids: [7] });
  });

  it("are only read by who may not change them", async () => {
    page({}, { ...me, permissions: ["notice.read"] });
    await userEvent.click(await screen.findByTestId("notice-5"));
    expect(await screen.findByText("Заявки этих домов")).toBeVisible();
    expect(screen.queryByTestId("notice-end")).toBeNull();
    expect(screen.queryByTestId("notice-raise")).toBeNull();
  });
});

function Menu({ onClose }: { onClose: () => void }) {
  const work = useCallWork("n-1", "+79120004127", false);
  return <Outcome work={work} companyId={1} buildingId={86} onClose={onClose} />;
}

describe("a call about a notice", () => {
  it("is joined with it by 2, when there is one", async () => {
    const said: unknown[] = [];
    serve({
      "GET /api/v1/desk/calls/n-1": () => ({
        call: callView({ key: "n-1" }),
        known: [],
        recent_calls: [],
        on_duty: [],
      }),
      "GET /api/v1/notices/at": () => ({ items: [water, { ...water, id: 6, state: "planned" }] }),
      "POST /api/v1/desk/calls/n-1/dispose": async (_: URL, r: Request) => {
        said.push(await r.json());
        return { disposition: "notice" };
      },
    });
    const onClose = vi.fn();
    show(<Menu onClose={onClose} />);
    await screen.findByTestId("dispose-notice");
    await userEvent.keyboard("2");
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(said).toEqual([{ kind: "notice", notice_id: 5 }]);
  });
});
