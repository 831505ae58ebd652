import { describe, expect, it } from "vitest";
import { belinsky, lamp, leak } from "../../test/fixtures";
import { ApiError } from "../api/client";
import { bodyOf, emptyForm, fieldErrors, missing, placeOf, withReason, withUnit, type RequestForm } from "./form";

const filled: RequestForm = {
  ...emptyForm,
  place: placeOf(belinsky),
  reason: leak,
  answers: { 1: "потолок", 3: " с утра " },
  description: " льёт ",
};

describe("request form", () => {
  it("names what is missing in the order of speech", () => {
    expect(missing(emptyForm)).toEqual(["place", "reason"]);
    expect(missing({ ...filled, answers: { 3: "  " } })).toEqual(["answer-1", "answer-3"]);
    expect(missing(filled)).toEqual([]);
  });

  it("makes a body only when nothing is missing, with the call it came from", () => {
    expect(bodyOf({ ...filled, answers: {} }, "key-12345")).toBeNull();
    expect(bodyOf(filled, "key-12345", "c7")).toMatchObject({
      building_id: 86,
      company_id: 1,
      unit: "45",
      answers: [
        { id: 1, value: "потолок" },
        { id: 3, value: "с утра" },
      ],
      description: "льёт",
      idempotency_key: "key-12345",
      call_key: "c7",
    });
  });

  it("keeps only answers to questions worded the same when the reason changes", () => {
    const next = withReason(filled, lamp);
    expect(next.answers).toEqual({ 1: " с утра " });
    expect(withReason(next, null).answers).toEqual({});
  });

  it("takes entrance and floor of the flat from the directory, and forgets them with another flat", () => {
    const card = { units: [{ id: 1, number: "45а", entrance: 2, floor: 3, is_residential: true, area_m2: null }] };
    const place = withUnit(placeOf(belinsky), " 45А ", card);
    expect(place).toMatchObject({ unit: "45А", entrance: 2, floor: 3 });
    expect(withUnit(place, "99", card)).toMatchObject({ unit: "99", entrance: 0, floor: 0 });
  });

  it("puts the server's messages at its fields", () => {
    const error = new ApiError({
      status: 422,
      code: "ticket.incomplete",
      detail: "",
      errors: [
        { location: "body.answers.3", message: "нужен ответ" },
        { location: "body.caller_phone", message: "не похоже на номер" },
        { location: "body.building_id", message: "дом не найден" },
      ],
    });
    expect(fieldErrors(error)).toEqual({
      "answer-3": "нужен ответ",
      phone: "не похоже на номер",
      place: "дом не найден",
    });
  });
});
