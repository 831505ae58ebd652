import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { ticketCard } from "../../test/fixtures";
import { show } from "../../test/render";
import { Prices, Supplier } from "./Besides";

test("the prices of the day the request was made stand on its card", () => {
  const prices = [{ name: "Замена смесителя", unit: "шт.", amount: 120050 }];
  show(<Prices ticket={{ ...ticketCard, kind: "paid", prices }} />);
  expect(screen.getByRole("row").textContent?.replace(/\s/g, " ")).toBe("Замена смесителя1 200,50 ₽за шт.");
});

test("a request without a price list has no empty panel", () => {
  const { container } = show(<Prices ticket={ticketCard} />);
  expect(container.querySelector(".panel")).toBeNull();
});

test("the supplier can be rung from the card, by the contract's number", () => {
  const phones = [{ phone: "+73432000104", note: "аварийная", hours: "круглосуточно" }];
  show(<Supplier supplier={{ id: 3, name: "Водоканал", kind: "водоканал", contract: "17-В", hours: "", phones }} />);
  expect(screen.getByRole("link").getAttribute("href")).toBe("tel:+73432000104");
  expect(screen.getByText("договор 17-В")).toBeTruthy();
  expect(screen.getByText(/аварийная, круглосуточно/)).toBeTruthy();
});

test("hours that are the same for all numbers are said once", () => {
  const hours = "пн–сб 8:00–20:00";
  const phones = [{ phone: "+73430000360", note: "", hours }];
  show(<Supplier supplier={{ id: 4, name: "ЭкоОператор", kind: "ТКО", contract: "", hours, phones }} />);
  expect(screen.getAllByText(hours, { exact: false })).toHaveLength(1);
});
