import type { BuildingHit, ReasonRow } from "../src/api/types";

export const belinsky: BuildingHit = {
  id: 86,
  company_id: 1,
  company_name: "УК «Северный квартал»",
  city: "Екатеринбург",
  address: "Белинского, 86, кв. 45",
  street: "Белинского",
  house: "86",
  unit: "45",
  zone: "Asia/Yekaterinburg",
};

export const chapaev: BuildingHit = {
  ...belinsky,
  id: 30,
  address: "Чапаева, 30",
  street: "Чапаева",
  house: "30",
  unit: null,
};

export const leak: ReasonRow = {
  id: 5,
  code: "ВС-02",
  category: "Водоснабжение",
  name: "Топит сверху",
  kind: "emergency",
  found_by: "топит",
  safety: "Не трогайте выключатели, если рядом вода.",
  questions: [
    { id: 1, text: "Где течёт?", type: "choice", options: ["потолок", "стена", "не знает"], required: true },
    { id: 2, text: "Соседи дома?", type: "yes_no", options: [], required: false },
    { id: 3, text: "Как давно?", type: "text", options: [], required: true },
  ],
  accept_min: 10,
  localise_min: 30,
  finish_hours: 72,
  price: "",
  reference: "ПП 416 п. 13",
};

export const lamp: ReasonRow = {
  ...leak,
  id: 6,
  code: "ЭС-07",
  category: "Электричество",
  name: "Не горит лампа",
  kind: "planned",
  found_by: "лампа",
  safety: "",
  questions: [{ id: 1, text: "Как давно?", type: "text", options: [], required: false }],
};
