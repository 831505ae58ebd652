import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { belinsky, chapaev, leak, lamp } from "../../test/fixtures";
import { serve, show } from "../../test/render";
import type { ReasonRow } from "../api/types";
import { AddressPicker } from "./AddressPicker";
import type { Answers, Place } from "./form";
import { Questions } from "./Questions";
import { ReasonPicker } from "./ReasonPicker";

function Address({ told }: { told: (place: Place | null) => void }) {
  const [place, setPlace] = useState<Place | null>(null);
  return (
    <AddressPicker
      value={place}
      companyId={1}
      onChange={(p) => {
        told(p);
        setPlace(p);
      }}
    />
  );
}

const card = {
  ...chapaev,
  units: [
    { id: 1, number: "45", entrance: 2, floor: 3, is_residential: true },
    { id: 2, number: "46", entrance: 2, floor: 4, is_residential: true },
  ],
};

describe("address", () => {
  it("is found by three letters and taken with Enter, the flat with it", async () => {
    const asked = serve({
      "GET /api/v1/buildings/search": () => ({ items: [belinsky, chapaev] }),
      "GET /api/v1/buildings/86": () => card,
    });
    const told = vi.fn();
    show(<Address told={told} />);
    const user = userEvent.setup();
    const field = screen.getByRole("combobox");
    await user.type(field, "бе");
    await user.type(field, "л");
    await screen.findByText("Белинского, 86, кв. 45");
    expect(asked.every((a) => a.url.searchParams.get("q") === "бел")).toBe(true);
    expect(asked[0]?.url.searchParams.get("company_id")).toBe("1");
    await user.keyboard("{Enter}");
    expect(told).toHaveBeenLastCalledWith(
      expect.objectContaining({ buildingId: 86, unit: "45", house: "Белинского, 86" }),
    );
    await waitFor(() => expect(screen.getByLabelText("Подъезд")).toHaveValue("2"));
    const unit = screen.getByRole("combobox", { name: "Квартира" });
    await waitFor(() => expect(unit).toHaveFocus());
    await user.clear(unit);
    await user.type(unit, "46");
    expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ unit: "46", entrance: 2, floor: 4 }));
    await user.clear(unit);
    await user.type(unit, "999");
    await screen.findByText(/Такой квартиры в справочнике нет/);
  });

  it("says in words that a house is not found", async () => {
    serve({ "GET /api/v1/buildings/search": () => ({ items: [] }) });
    show(<Address told={() => undefined} />);
    await userEvent.type(screen.getByRole("combobox"), "ъъъ");
    await screen.findByText("По «ъъъ» дом не найден. Проверьте улицу и номер.");
  });

  it("goes back to the search with the text of the house", async () => {
    serve({
      "GET /api/v1/buildings/search": () => ({ items: [chapaev] }),
      "GET /api/v1/buildings/30": () => card,
    });
    const told = vi.fn();
    show(<Address told={told} />);
    const user = userEvent.setup();
    await user.type(screen.getByRole("combobox"), "чап");
    await user.click(await screen.findByText("Чапаева, 30"));
    await user.click(screen.getByRole("button", { name: "Изменить адрес" }));
    expect(told).toHaveBeenLastCalledWith(null);
    expect(screen.getByRole("combobox")).toHaveValue("Чапаева, 30");
  });
});

function Reason({ told, companyId }: { told: (reason: ReasonRow | null) => void; companyId: number | null }) {
  return <ReasonPicker value={null} onChange={told} companyId={companyId} />;
}

describe("reason", () => {
  it("is found by people's words, says by which, and the second one is taken by ↓ Enter", async () => {
    serve({ "GET /api/v1/reasons/search": () => ({ items: [leak, lamp] }) });
    const told = vi.fn();
    show(<Reason told={told} companyId={1} />);
    const user = userEvent.setup();
    await user.type(screen.getByRole("combobox"), "топит");
    await screen.findByText(/найдено по «топит»/);
    await user.keyboard("{ArrowDown}{Enter}");
    expect(told).toHaveBeenCalledWith(lamp);
  });

  it("waits for the address: the catalogue is the company's", async () => {
    const asked = serve({});
    show(<Reason told={() => undefined} companyId={null} />);
    expect(screen.getByRole("combobox")).toBeDisabled();
    expect(asked).toEqual([]);
  });
});

describe("questions", () => {
  function Form({ told, errors }: { told: (a: Answers) => void; errors?: Record<number, string> }) {
    const [answers, setAnswers] = useState<Answers>({});
    return (
      <Questions
        questions={leak.questions}
        answers={answers}
        errors={errors}
        onChange={(a) => {
          told(a);
          setAnswers(a);
        }}
      />
    );
  }

  it("are answered by a tap, by arrows and by words; a second tap takes the answer back", async () => {
    const told = vi.fn();
    show(<Form told={told} />);
    const user = userEvent.setup();
    await user.click(screen.getByRole("radio", { name: "Потолок" }));
    expect(told).toHaveBeenLastCalledWith({ 1: "потолок" });
    await user.keyboard("{ArrowRight}");
    expect(told).toHaveBeenLastCalledWith({ 1: "стена" });
    await user.click(screen.getByRole("radio", { name: "Да" }));
    expect(told).toHaveBeenLastCalledWith({ 1: "стена", 2: "да" });
    await user.click(screen.getByRole("radio", { name: "Да" }));
    expect(told).toHaveBeenLastCalledWith({ 1: "стена", 2: "" });
    await user.type(screen.getByRole("textbox", { name: /Как давно/ }), "час");
    expect(told).toHaveBeenLastCalledWith({ 1: "стена", 2: "", 3: "час" });
  });

  it("show the message at their field", () => {
    show(<Form told={() => undefined} errors={{ 1: "Нужен ответ" }} />);
    expect(screen.getByRole("radiogroup", { name: /Где течёт/ })).toHaveAttribute("aria-invalid", "true");
    expect(screen.getByRole("alert")).toHaveTextContent("Нужен ответ");
  });

  it("keep values in Russian when the screen is English", async () => {
    const told = vi.fn();
    show(<Form told={told} />, "en");
    await userEvent.click(screen.getByRole("radio", { name: "Yes" }));
    expect(told).toHaveBeenLastCalledWith({ 2: "да" });
  });
});
