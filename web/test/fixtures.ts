import type { BuildingHit, Me, ReasonRow, TicketCard } from "../src/api/types";

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
  prices: [],
  answer: "",
  score: 1,
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

export const ticketCard: TicketCard = {
  tags: [],
  id: 7,
  number: 31,
  company_id: 1,
  company_name: "УК «Северный квартал»",
  kind: "emergency",
  status: "new",
  source: "phone",
  address: "Белинского, 86, кв. 45",
  building_id: 86,
  unit: "45",
  reason_id: 5,
  reason_name: "Топит сверху",
  description: "Льёт с потолка",
  executor: { id: 1, name: "Гусев П. Н." },
  responsible: null,
  accept_by: null,
  localise_by: null,
  due_at: null,
  handed_over_at: null,
  accepted_at: null,
  done_at: null,
  closed_at: null,
  localised_at: null,
  created_at: "2026-11-26T06:00:00Z",
  zone: "Asia/Yekaterinburg",
  overdue: false,
  version: 3,
  unread: 0,
  answers: [],
  caller_phone: "+79120004127",
  access_note: "",
  told_caller: "",
  postpone_reason: "",
  postponed_until: null,
  entrance: 0,
  floor: 0,
  can: ["comment"],
  escalation: null,
  tasks: [],
  works: [],
  limits: [],
  prices: [],
  supplier: null,
  pair: null,
  joins: [],
};

const rights = {
  admin: ["ticket.read", "ticket.create", "ticket.move", "ticket.assign", "ticket.comment", "building.read"],
  executor: ["ticket.read", "ticket.move", "ticket.comment", "building.read"],
} as const;

/** A person of the company. */
export function meOf(role: keyof typeof rights): Me {
  const company = { id: 1, name: "УК «Северный квартал»", role, role_name: "", zone: "Asia/Yekaterinburg" };
  return {
    user: { id: 9, login: role, name: "Администратор" },
    kind: "company",
    company,
    companies: [company],
    member_id: null,
    permissions: [...rights[role]],
    zone: "Asia/Yekaterinburg",
    server_time: "2026-11-26T06:00:00Z",
    dial_also: [],
  };
}
