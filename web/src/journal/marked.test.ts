import { expect, test } from "vitest";
import { pieces } from "./Marked";

test("words that were found are marked, whatever their case and ё", () => {
  expect(pieces("Течёт БАТАРЕЯ, батарея", ["течет", "батарея"])).toEqual([
    "",
    "Течёт",
    " ",
    "БАТАРЕЯ",
    ", ",
    "батарея",
    "",
  ]);
  expect(pieces("ул. Мира, 12/3", ["12"])).toEqual(["ул. Мира, ", "12/3", ""]);
  expect(pieces("ул. Мира, 120", ["12"])).toEqual(["ул. Мира, 120"]);
  expect(pieces("<b>окно</b>", ["окно"])).toEqual(["<b>", "окно", "</b>"]);
  expect(pieces("", ["а"])).toEqual([""]);
});
