import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { showPage } from "../../test/render";
import type { Me } from "../api/types";
import { Rail } from "./Rail";

const supervisor: Me = {
  ...meOf("admin"),
  kind: "supervisor",
  permissions: ["desk.work", "desk.supervise", "ticket.read", "call.read", "supplier.read", "notice.read"],
};

afterEach(() => vi.restoreAllMocks());

/** As wide as a phone: what asks for the width is told so. */
function onAPhone() {
  const wide = window.matchMedia;
  vi.spyOn(window, "matchMedia").mockImplementation((q) => ({ ...wide(q), matches: q.includes("max-width") }));
}

const rail = async () => within(await screen.findByRole("navigation", { name: "Разделы" }));

it("a phone shows four sections, the rest in a menu, and the person's own always", async () => {
  onAPhone();
  const { history } = showPage(<Rail />, supervisor);
  const bar = await rail();
  expect(bar.getAllByRole("link").map((a) => a.textContent)).toEqual(["Пульт", "Табло", "Смена", "Задачи"]);
  expect(bar.getByRole("button", { name: /^Вы вошли/ })).toBeVisible();
  const user = userEvent.setup({ delay: null });
  await user.click(bar.getByRole("button", { name: "Ещё" }));
  const menu = within(await screen.findByRole("menu"));
  for (const name of ["Сводка", "Заявки", "Звонки", "РСО", "Оповещения"])
    expect(menu.getByRole("menuitem", { name })).toBeVisible();
  await user.click(menu.getByRole("menuitem", { name: "Оповещения" }));
  expect(history.location.pathname).toBe("/notices");
});

it("at a desk every section has its place", async () => {
  showPage(<Rail />, supervisor);
  const bar = await rail();
  expect(bar.getByRole("link", { name: "Оповещения" })).toBeVisible();
  expect(bar.queryByRole("button", { name: "Ещё" })).toBeNull();
});
