import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { problem, serve, show } from "../../test/render";
import { CompaniesPage } from "./CompaniesPage";

const company = {
  id: 5,
  name: "УК «Пример»",
  city_id: 1,
  city: "Новоозёрск",
  zone: "Asia/Yekaterinburg",
  greeting: "",
  is_active: true,
  admins: 0,
  lines: [
    { id: 1, phone: "+73430000501", kind: "dedicated", trunk_id: 1, trunk_name: "Транк X", carrier: "Провайдер X" },
  ],
  old: [],
  lack: "one_number",
  operators: 0,
  window: { phones: [] as string[], from: "08:00", to: "17:00", answers: "nobody", overflow_sec: 30 },
  caps: { concurrent: 50, hourly: 1500, minutes: 6000 },
};
const register = {
  items: [company],
  cities: [{ id: 1, name: "Новоозёрск", zone: "Asia/Yekaterinburg" }],
  trunks: [{ id: 2, name: "Транк Y", carrier: "Провайдер Y" }],
};

describe("companies of the platform", () => {
  it("say what a company lacks, and refuse at the field", async () => {
    const asked = serve({
      "GET /api/v1/companies": () => register,
      "POST /api/v1/companies/5/lines": () =>
        problem(422, "line.phone", "Не похоже на телефон.", [
          { location: "body.phone", message: "не похоже на телефон" },
        ]),
    });
    show(<CompaniesPage />);
    await screen.findByText(/Нужен второй номер/);
    expect(screen.getByText(/Администратора нет/)).toBeVisible();
    expect(screen.getByText(/Новоозёрск · Екатеринбург, UTC\+5/)).toBeVisible();
    const user = userEvent.setup({ delay: null });
    await user.click(screen.getByRole("button", { name: "Дать номер" }));
    await user.type(screen.getByLabelText("Номер"), "звоните{Enter}");
    expect(await screen.findByText("не похоже на телефон")).toBeVisible();
    expect(screen.getByLabelText("Номер")).toHaveValue("звоните");
    expect(asked.filter((a) => a.key === "POST /api/v1/companies/5/lines")).toHaveLength(1);
  });

  it("show the link of the first administrator once", async () => {
    serve({
      "GET /api/v1/companies": () => register,
      "POST /api/v1/companies/5/administrators": () => ({ id: 1, name: "Орлова Т. А.", link: "/invite/secret" }),
    });
    show(<CompaniesPage />);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: "Пригласить администратора" }));
    await user.type(screen.getByLabelText("Кого"), "Орлова Т. А.{Enter}");
    expect(await screen.findByDisplayValue(/\/invite\/secret$/)).toBeVisible();
  });

  it("are made in a city that is there, in its zone", async () => {
    const asked = serve({
      "GET /api/v1/companies": () => ({ ...register, items: [] }),
      "POST /api/v1/companies": () => company,
    });
    show(<CompaniesPage />);
    await screen.findByText("Компаний ещё нет");
    const user = userEvent.setup({ delay: null });
    await user.click(screen.getByRole("button", { name: "Новая компания" }));
    expect(screen.getByRole("combobox", { name: "Часовой пояс домов" })).toHaveValue("Екатеринбург, UTC+5");
    await user.type(await screen.findByLabelText("Название"), "УК «Пример»{Enter}");
    await waitFor(() => expect(asked.some((a) => a.key === "POST /api/v1/companies")).toBe(true));
    const sent = await asked.find((a) => a.key === "POST /api/v1/companies")?.request.json();
    expect(sent).toMatchObject({ name: "УК «Пример»", city_id: 1, city_name: "", zone: "Asia/Yekaterinburg" });
  });

  it("say who answers in their hours, and refuse at the field", async () => {
    const asked = serve({
      "GET /api/v1/companies": () => register,
      "PUT /api/v1/companies/5/window": () =>
        problem(422, "window.wrong", "Часы компании не сохранены: исправьте отмеченное.", [
          { location: "body.overflow_sec", message: "от 10 до 120 секунд" },
        ]),
    });
    show(<CompaniesPage />);
    const user = userEvent.setup({ delay: null });
    expect(await screen.findByText("Все звонки принимаем мы")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Часы компании" }));
    expect(screen.queryByLabelText("Через сколько секунд звонок наш")).toBeNull();
    await user.click(screen.getByRole("combobox", { name: "Кто отвечает в часы компании" }));
    await user.click(await screen.findByRole("option", { name: "Свои диспетчеры компании в браузере" }));
    expect(screen.getByText(/Своих диспетчеров у компании ещё нет/)).toBeVisible();
    expect(screen.queryByLabelText("Телефоны компании")).toBeNull();
    const seconds = screen.getByLabelText("Через сколько секунд звонок наш");
    await user.clear(seconds);
    await user.type(seconds, "300");
    await user.click(screen.getByRole("button", { name: "Сохранить часы" }));
    expect(await screen.findByText("от 10 до 120 секунд")).toBeVisible();
    const sent = await asked.find((a) => a.key === "PUT /api/v1/companies/5/window")?.request.json();
    expect(sent).toMatchObject({ answers: "operators", overflow_sec: 300, from: "08:00", to: "17:00" });
  });
});
