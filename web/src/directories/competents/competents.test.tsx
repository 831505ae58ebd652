import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { meOf } from "../../../test/fixtures";
import { problem, serve, showPage } from "../../../test/render";
import { draftOf, read, type Row } from "./api";
import { CompetentForm } from "./CompetentForm";

const row: Row = {
  id: 5,
  company_id: 3,
  version: 2,
  is_open: true,
  why: "",
  until: null,
  member_id: null,
  name: "Орлова А. П.",
  position: "бухгалтер",
  subject: "начисления",
  reason_ids: [],
  phones: ["+73430000111"],
  hours: [
    { days: [0, 1], from: 540, to: 780 },
    { days: [5], from: 1320, to: 1800 },
  ],
  by_calendar: true,
};

const usual = {
  "GET /api/v1/staff": () => ({ items: [] }),
  "GET /api/v1/reasons/catalogue": () => ({ items: [] }),
};

describe("hours of a person", () => {
  it("come back as they were written, over midnight too", () => {
    const draft = draftOf(row);
    expect(draft.hours.map((h) => h.hours)).toEqual(["09:00–13:00", "22:00–06:00"]);
    expect(read(draft).body.hours).toEqual(row.hours);
  });
  it("left out are whole days of those chosen, not any day", () => {
    expect(read({ ...draftOf(row), hours: [{ hours: "", days: ["5"] }] }).body.hours).toEqual([
      { from: 0, to: 1440, days: [5] },
    ]);
  });
  it("that cannot be read are named, and nothing is guessed", () => {
    expect(read({ ...draftOf(row), hours: [{ hours: "с девяти", days: [] }] }).wrong).toEqual([0]);
  });
});

describe("the form of a person", () => {
  it("says what is wrong at its field, and sends the version that was seen", async () => {
    const asked = serve({
      ...usual,
      "PUT /api/v1/competents/5": () =>
        problem(422, "competent.wrong", "Не сохранено: исправьте отмеченное.", [
          { location: "body.phones[0]", message: "нужен городской или мобильный номер России" },
        ]),
    });
    showPage(<CompetentForm row={row} onDone={vi.fn()} />, meOf("admin"));
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("нужен городской или мобильный номер России")).toBeInTheDocument();
    const sent = asked.find((a) => a.key === "PUT /api/v1/competents/5");
    expect(await sent?.request.json()).toMatchObject({ version: 2, hours: row.hours });
  });

  it("says at the field that an 8-800 number is not dialled", async () => {
    serve(usual);
    showPage(<CompetentForm row={row} onDone={vi.fn()} />, meOf("admin"));
    const user = userEvent.setup();
    const field = await screen.findByLabelText("Телефон 1");
    expect(field).not.toHaveAccessibleDescription();
    await user.clear(field);
    await user.type(field, "8 (800) 700-10-20");
    expect(field).toHaveAccessibleDescription(/На номера 8-800 звонки не переводятся/);
  });

  it("does not send hours it cannot read", async () => {
    const asked = serve(usual);
    showPage(<CompetentForm row={row} onDone={vi.fn()} />, meOf("admin"));
    const user = userEvent.setup();
    const hours = (await screen.findAllByLabelText("С какого по какой час"))[0];
    if (!hours) throw new Error("no hours");
    await user.clear(hours);
    await user.type(hours, "утром");
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    await waitFor(() => expect(screen.getByText("Часы пишутся так: 09:00–18:00")).toBeInTheDocument());
    expect(asked.filter((a) => a.key.startsWith("PUT"))).toEqual([]);
  });
});
