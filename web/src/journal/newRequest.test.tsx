import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { belinsky, leak, meOf, ticketCard } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import type { NewTicket } from "../api/types";
import { NewRequestPage } from "./NewRequestPage";
import { draftName, readDraft } from "./requestDraft";

const create = "POST /api/v1/tickets";
const house = {
  ...belinsky,
  units: [],
  open_tickets: [],
  door_codes: {},
  floors: 9,
  entrances: 4,
  lifts: 1,
  notes: "",
};
const preview = {
  kind: "emergency",
  executor: { id: 1, name: "Гусев П. Н." },
  responsible: null,
  accept_by: "2026-11-26T06:10:00Z",
  localise_by: null,
  due_at: "2026-11-29T06:00:00Z",
  why: "исполнитель 1-го уровня на дежурстве",
  say: "",
  zone: "Asia/Yekaterinburg",
};
const outage = {
  id: 5,
  number: 12,
  state: "in_force",
  where: "Белинского, 86",
  service: "cold_water",
  text: "Нет холодной воды.",
  reason: "",
  ends_at: "2026-11-26T13:00:00Z",
  over_at: null,
  zone: "Asia/Yekaterinburg",
};
const made = { ...ticketCard, number: 118402, say: "Заявка № 118402 принята." };

const around = {
  "GET /api/v1/buildings/search": () => ({ items: [belinsky] }),
  "GET /api/v1/buildings/86": () => house,
  "GET /api/v1/reasons/search": () => ({ items: [leak] }),
  "POST /api/v1/tickets/preview": () => preview,
};

/** Types address and reason as a person does, by the keyboard alone. */
async function begin() {
  const user = userEvent.setup({ delay: null });
  await user.click(await screen.findByLabelText("Адрес"));
  await user.paste("бел 86");
  await screen.findByText("Белинского, 86, кв. 45");
  await user.keyboard("{Enter}");
  await user.click(await screen.findByLabelText("Причина"));
  await user.paste("топит");
  await screen.findByText(/найдено по «топит»/);
  await user.keyboard("{Enter}");
  await screen.findByText(/Не трогайте выключатели/);
  return user;
}

async function answer(user: ReturnType<typeof userEvent.setup>) {
  await user.click(screen.getByText("Потолок"));
  await user.click(screen.getByLabelText(/Как давно/));
  await user.paste("с утра");
}

describe("a new request", { timeout: 30_000 }, () => {
  it("says whom the system will assign, and asks neither for him nor for the limit", async () => {
    serve(around);
    showPage(<NewRequestPage />);
    const user = await begin();
    await screen.findByText("Гусев П. Н.");
    await user.click(screen.getByText("почему"));
    expect(screen.getByText(/исполнитель 1-го уровня на дежурстве/)).toBeInTheDocument();
    const labels = [...document.querySelectorAll("label")].map((l) => l.textContent);
    expect(labels).toContain("Телефон для связи");
    expect(labels.join(" ")).not.toMatch(/исполнител|срок/i);
  });

  it("begins with the house and the flat the person came from, once", async () => {
    serve(around);
    const { history } = showPage(<NewRequestPage />, meOf("admin"), "/?house=86&unit=45");
    expect(await screen.findByDisplayValue("45")).toBeVisible();
    expect(screen.getByText("Белинского, 86")).toBeVisible();
    await waitFor(() => expect(history.location.search).toBe(""));
  });

  it("is not saved without the required answers: each is marked, and the person stands in the first", async () => {
    const asked = serve(around);
    showPage(<NewRequestPage />);
    const user = await begin();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(screen.getAllByText("Нужен ответ").length).toBeGreaterThan(1));
    expect(screen.getByText("Потолок").parentElement).toHaveAttribute("aria-invalid", "true");
    await waitFor(() => expect(screen.getByText("Потолок")).toHaveFocus());
    expect(screen.getByText("осталось 2 ответа")).toBeInTheDocument();
    expect(asked.some((a) => a.key === create)).toBe(false);
    await user.click(screen.getByRole("button", { name: "К полю «Где течёт?»" }));
    expect(screen.getByText("Потолок")).toHaveFocus();
  });

  it("is made once by a double press, and then the words to read are shown", async () => {
    const asked = serve({ ...around, [create]: () => made });
    showPage(<NewRequestPage />);
    const user = await begin();
    await answer(user);
    const save = screen.getByRole("button", { name: /Сохранить заявку/ });
    await user.dblClick(save);
    await screen.findByText("Заявка № 118402 принята.");
    const sent = asked.filter((a) => a.key === create);
    expect(sent).toHaveLength(1);
    const body = (await sent[0]?.request.json()) as NewTicket;
    expect(body).toMatchObject({ building_id: 86, unit: "45", reason_id: 5 });
    expect(body.idempotency_key.length).toBeGreaterThan(7);
    expect(screen.getByRole("heading", { name: /Заявка № 118\u2009402 сохранена/ })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Открыть заявку" })).toHaveAttribute("href", "/journal/7");
    await user.keyboard("n");
    expect(await screen.findByLabelText("Адрес")).toHaveValue("");
  });

  it("joins the caller with an outage of the house by one key, and he gets a number all the same (J10)", async () => {
    const soon = { ...outage, id: 4, state: "planned", text: "Промывка" };
    const join = "POST /api/v1/notices/5/join";
    const asked = serve({
      ...around,
      "GET /api/v1/notices/at": () => ({ items: [outage, soon] }),
      [join]: () => ({ reference: "12/3" }),
    });
    showPage(<NewRequestPage />, { ...meOf("admin"), permissions: ["ticket.create", "notice.read"] });
    const user = await begin();
    expect(await screen.findByTestId("outages")).toHaveTextContent("Оповещение № 12. Нет холодной воды");
    expect(screen.queryByTestId("outage-4")).toBeNull();
    await waitFor(() => {
      fireEvent.keyDown(window, { code: "F7" });
      expect(asked.some((a) => a.key === join)).toBe(true);
    });
    const said = /О вашей проблеме уже знают. Нет холодной воды. Ориентировочно до .*18:00. Номер обращения 12\/3/;
    expect(await screen.findByText(said)).toBeVisible();
    const sent = asked.filter((a) => a.key === join);
    expect(sent).toHaveLength(1);
    expect(await sent[0]?.request.json()).toMatchObject({ building_id: 86, unit: "45" });
    expect(asked.some((a) => a.key === create)).toBe(false);
    await user.keyboard("n");
    expect(await screen.findByLabelText("Адрес")).toHaveValue("");
  });

  it("keeps the key of a try that failed, so the second try makes no second request", async () => {
    let tries = 0;
    const asked = serve({ ...around, [create]: () => (++tries === 1 ? problem(502, "http.502", "") : made) });
    showPage(<NewRequestPage />);
    const user = await begin();
    await answer(user);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText(/Заявка не сохранена/);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText("Заявка № 118402 принята.");
    const keys = await Promise.all(
      asked.filter((a) => a.key === create).map(async (a) => ((await a.request.json()) as NewTicket).idempotency_key),
    );
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("shows the server's word at its field and puts the person there", async () => {
    const errors = [{ location: "body.caller_phone", message: "не похоже на номер" }];
    serve({ ...around, [create]: () => problem(422, "ticket.incomplete", "Заявка не сохранена.", errors) });
    showPage(<NewRequestPage />);
    const user = await begin();
    await answer(user);
    const phone = screen.getByLabelText("Телефон для связи");
    await user.type(phone, "8 343 123-45-67");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(phone).toHaveAttribute("aria-invalid", "true"));
    expect(screen.getByText("не похоже на номер")).toBeInTheDocument();
    await waitFor(() => expect(phone).toHaveFocus());
    await user.type(phone, "0");
    expect(screen.queryByText("не похоже на номер")).not.toBeInTheDocument();
  });

  it("refuses a phone that is none before it is sent", async () => {
    const asked = serve(around);
    showPage(<NewRequestPage />);
    const user = await begin();
    await answer(user);
    await user.type(screen.getByLabelText("Телефон для связи"), "12");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findAllByText(/не похоже на номер/);
    expect(asked.some((a) => a.key === create)).toBe(false);
  });

  it("is kept as a draft when he leaves, and forgotten when saved or cleared", async () => {
    serve({ ...around, [create]: () => made });
    const first = showPage(<NewRequestPage />);
    const user = await begin();
    await answer(user);
    first.unmount();
    const name = draftName(9, 1);
    expect(readDraft(name).form.answers).toEqual({ 1: "потолок", 3: "с утра" });
    expect(readDraft(draftName(10, 1)).form.place).toBeNull();

    showPage(<NewRequestPage />);
    expect(await screen.findByRole("radio", { name: "Потолок" })).toBeChecked();
    await screen.findByText(/черновик сохранён/);
    await user.click(screen.getByRole("button", { name: "Очистить" }));
    expect(localStorage.getItem(name)).toBeNull();
    expect(await screen.findByLabelText("Адрес")).toHaveValue("");
  });

  it("is not for who may not make requests", async () => {
    serve({});
    showPage(<NewRequestPage />, meOf("executor"));
    await screen.findByText("Создавать заявки вам нельзя");
    expect(screen.queryByRole("combobox")).toBeNull();
  });
});
