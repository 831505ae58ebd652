import { notifications } from "@mantine/notifications";
import { isUndialled } from "../../ui/dialled/dialled";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { problem, serve, show } from "../../../test/render";
import { Signed } from "../../../test/signed";
import type { Row } from "./api";
import { List } from "./List";
import { readSuppliersSearch, withPart } from "./search";
import { SupplierForm } from "./SupplierForm";

const me = {
  user: { id: 1, name: "Миронова О. В.", login: "admin" },
  kind: "company",
  company: { id: 3, name: "УК «Северный берег»", zone: "Asia/Yekaterinburg" },
  companies: [],
  permissions: ["supplier.read", "supplier.write"],
  member_id: null,
  server_time: "2026-11-26T03:00:00Z",
  zone: "Asia/Yekaterinburg",
};

const row: Row = {
  id: 8,
  company_id: 3,
  supplier_id: null,
  name: "Домофоны «Порог»",
  kind: "домофон",
  phones: [{ phone: "+73430000370", note: "мастер", hours: "" }],
  shared_phones: [],
  hours: "пн–сб",
  shared_hours: "",
  shared_notes: "",
  contract: "Д-1",
  notes: "",
  all_houses: false,
  building_ids: [4, 5, 6],
  is_archived: false,
  version: 2,
};

const usual = {
  "GET /api/v1/me": () => me,
  "GET /api/v1/supplier-kinds": () => ({
    items: [{ code: "домофон", name: "Домофонная компания", scope: "", typical: "" }],
  }),
  "GET /api/v1/shared-suppliers": () => ({ items: [] }),
  "GET /api/v1/buildings": () => ({ items: [] }),
};

describe("a supplier", () => {
  it("shows what is wrong at its field: the second phone", async () => {
    const asked = serve({
      ...usual,
      "PUT /api/v1/suppliers/8": () =>
        problem(422, "supplier.wrong", "Организация не сохранена: исправьте отмеченное.", [
          { location: "body.phones[1].phone", message: "впишите телефон: 8 (343) 123-45-67 или 104" },
        ]),
    });
    const onDone = vi.fn();
    show(
      <Signed me={me}>
        <SupplierForm row={row} onDone={onDone} />
      </Signed>,
    );
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Добавить телефон" }));
    await user.type(screen.getByLabelText("Телефон 2"), "12");
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText(/впишите телефон/)).toBeVisible();
    expect(screen.getByLabelText("Телефон 2")).toHaveAttribute("aria-invalid", "true");
    expect(screen.getByLabelText("Телефон 2")).toHaveValue("12");
    const body = await asked.find((a) => a.key === "PUT /api/v1/suppliers/8")!.request.json();
    expect(body).toMatchObject({
      version: 2,
      name: "Домофоны «Порог»",
      kind: "домофон",
      building_ids: [4, 5, 6],
      all_houses: false,
    });
    expect(onDone).not.toHaveBeenCalled();
  });

  it("says at the field and after saving that an 8-800 number is not dialled, where it is not allowed", async () => {
    serve({ ...usual, "PUT /api/v1/suppliers/8": () => ({ ...row, version: 3 }) });
    const shown = vi.spyOn(notifications, "show");
    const form = (allowed: string[]) => (
      <Signed me={{ ...me, dial_also: allowed }}>
        <SupplierForm row={row} onDone={() => undefined} />
      </Signed>
    );
    const first = show(form([]));
    const user = userEvent.setup();
    await user.clear(screen.getByLabelText("Телефон 1"));
    await user.type(screen.getByLabelText("Телефон 1"), "8 (800) 700-10-20");
    expect(screen.getByLabelText("Телефон 1")).toHaveAccessibleDescription(/8-800 программа не набирает/);
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    await waitFor(() =>
      expect(shown).toHaveBeenCalledWith(
        expect.objectContaining({ message: "Сохранено, но +7\u00a0800\u00a0700-10-20 программа не набирает" }),
      ),
    );
    first.unmount();
    show(form(["+7800"]));
    await user.clear(screen.getByLabelText("Телефон 1"));
    await user.type(screen.getByLabelText("Телефон 1"), "8 (800) 700-10-20");
    expect(screen.queryByText(/программа не набирает\./)).not.toBeInTheDocument();
  });

  it.each([
    ["8 800", true],
    ["+7 (804) 333-00-00", true],
    ["800 700-10-20", true],
    ["8 (343) 380-00-00", false],
    ["+7 912 800-12-12", false],
    ["+80 012 345 67 89", false],
    ["104", false],
    ["", false],
  ])("knows of %s whether it is of the codes 80x", (typed, is) => {
    expect(isUndialled(typed, [])).toBe(is);
    expect(isUndialled(typed, ["+375"])).toBe(is);
    expect(isUndialled(typed, ["+780"])).toBe(false);
  });

  it("is put away with the version that was seen; its number can be called", async () => {
    const asked = serve({ ...usual, "PUT /api/v1/suppliers/8": () => ({ ...row, is_archived: true, version: 3 }) });
    const line = {
      id: 8,
      name: row.name,
      kind: row.kind,
      phones: row.phones,
      hours: row.hours,
      notes: "",
      isArchived: false,
      own: row,
    };
    show(
      <Signed me={me}>
        <List lines={[line]} canWrite onOpen={() => undefined} />
      </Signed>,
    );
    expect(screen.getByRole("link", { name: /Позвонить/ })).toHaveAttribute("href", "tel:+73430000370");
    expect(screen.getByText("договор Д-1 · 3 дома")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "В архив" }));
    await waitFor(() => expect(asked.some((a) => a.key === "PUT /api/v1/suppliers/8")).toBe(true));
    const body = await asked.find((a) => a.key === "PUT /api/v1/suppliers/8")!.request.json();
    expect(body).toMatchObject({ version: 2, is_archived: true, contract: "Д-1" });
  });

  it("keeps the list's filters in the address, and nothing odd", () => {
    expect(readSuppliersSearch({ q: "вод", kind: "газ", archived: true, shared: "yes", id: "x" })).toEqual({
      q: "вод",
      kind: "газ",
      archived: true,
    });
    expect(withPart({ q: "вод", id: 5 }, "id", undefined)).toEqual({ q: "вод" });
    expect(withPart({ q: "вод" }, "q", "")).toEqual({});
  });
});
