import type { Hours, Rule, RuleBody, RuleHours } from "./api";

/** A rule while it is being written. Ids are texts, as selects have them; "" stands for any, or for nobody. */
export type Draft = {
  what: "any" | "work" | "reason";
  work: string;
  reason: string;
  where: "any" | "group" | "house";
  group: string;
  house: string;
  hours: Hours;
  windows: { days: string[]; from: string; to: string }[];
  levels: string[][];
  responsible: string;
  supplier: string;
  note: string;
};

const text = (x: { id: number } | null) => (x ? String(x.id) : "");

/** 1200 → "20:00"; past midnight it is of the next day. */
export function clock(minutes: number): string {
  if (minutes === 1440) return "24:00";
  const m = minutes % 1440;
  return `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
}

function minutes(at: string): number {
  const [h = "", m = ""] = at.split(":");
  return /^\d\d?:\d\d$/.test(at) ? Number(h) * 60 + Number(m) : 0;
}

/** The draft of a rule; a new one asks for three levels, as an emergency needs. */
export function draftOf(rule?: Rule): Draft {
  return {
    what: rule?.reason ? "reason" : rule?.work_type ? "work" : rule ? "any" : "reason",
    work: text(rule?.work_type ?? null),
    reason: text(rule?.reason ?? null),
    where: rule?.building ? "house" : rule?.group ? "group" : "any",
    group: text(rule?.group ?? null),
    house: text(rule?.building ?? null),
    hours: rule?.hours ?? "any",
    windows: (rule?.windows ?? []).map((x) => ({ days: x.days.map(String), from: clock(x.from), to: clock(x.to) })),
    levels: rule ? rule.levels.map((l) => l.members.map((m) => String(m.id))) : [[], [], []],
    responsible: text(rule?.responsible ?? null),
    supplier: text(rule?.supplier ?? null),
    note: rule?.note ?? "",
  };
}

const id = (x: string) => (x === "" ? 0 : Number(x));

/** What is sent: levels nobody stands on are left out, a window's end not after its start is of the next day. */
export function bodyOf(d: Draft): RuleBody {
  const windows: RuleHours[] = d.windows.map((x) => {
    const from = minutes(x.from);
    const to = minutes(x.to);
    return { days: x.days.map(Number).sort(), from, to: to > from ? to : to + 1440 };
  });
  return {
    reason_id: d.what === "reason" ? id(d.reason) : 0,
    work_type_id: d.what === "work" ? id(d.work) : 0,
    building_id: d.where === "house" ? id(d.house) : 0,
    group_id: d.where === "group" ? id(d.group) : 0,
    hours: d.hours,
    windows: d.hours === "windows" ? windows : [],
    levels: d.levels.filter((l) => l.length > 0).map((l) => ({ members: l.map(Number) })),
    responsible_id: id(d.responsible),
    supplier_id: id(d.supplier),
    note: d.note,
  };
}

/** What must be chosen before it is sent: a rule about «a reason» without one would be about any. */
export function lacking(d: Draft): "reason" | "work" | "house" | "group" | undefined {
  if (d.what === "reason" && !d.reason) return "reason";
  if (d.what === "work" && !d.work) return "work";
  if (d.where === "house" && !d.house) return "house";
  if (d.where === "group" && !d.group) return "group";
  return undefined;
}
