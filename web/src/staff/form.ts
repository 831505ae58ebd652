/** A person's card as it is typed: hours stay text until they are saved. */
import type { StaffCard, StaffForm, StaffHours } from "./api";
import { clock, readHours } from "./hours";

export type HoursDraft = { hours: string; days: string[] };
export type Draft = Omit<StaffForm, "phones" | "channels"> & {
  phones: (Omit<StaffForm["phones"][number], "hours"> & HoursDraft)[];
  channels: (Omit<StaffForm["channels"][number], "hours"> & HoursDraft)[];
};
/** Fields that could not be read: "phones[0].hours". */
export type Told = ReadonlyMap<string, true>;

function draftOf(hours: readonly StaffHours[]): HoursDraft {
  return {
    hours: hours.map((h) => `${clock(h.from)}–${h.to === 1440 ? "24:00" : clock(h.to)}`).join(", "),
    days: (hours[0]?.days ?? []).map(String),
  };
}

/** The form of a card, or an empty one. */
export function formOf(card?: StaffCard): Draft {
  return {
    name: card?.name ?? "",
    spoken_name: card?.spoken_name ?? "",
    position: card?.position ?? "",
    zone: card?.own_zone ?? "",
    is_contractor: card?.is_contractor ?? false,
    phones: card
      ? card.phone_list.map((p) => ({ phone: p.phone, note: p.note, ...draftOf(p.hours) }))
      : [{ phone: "", note: "", hours: "", days: [] }],
    channels: (card?.channels ?? []).map((h) => ({
      channel: h.channel,
      address: h.address,
      kinds: h.kinds,
      ...draftOf(h.hours),
    })),
    duties: (card?.duties ?? []).map((d) => ({
      role: d.role,
      work_type_id: d.work_type_id,
      building_id: d.building_id,
      group_id: d.group_id,
      level: d.level,
    })),
  };
}

/** Reads what was typed; hours that cannot be read are named and nothing is sent. A phone row left empty is none. */
export function read(draft: Draft): { form?: StaffForm; wrong: Told } {
  const wrong = new Map<string, true>();
  const hoursOf = (h: HoursDraft, field: string): StaffHours[] => {
    const got = readHours(h.hours);
    if (!got) wrong.set(field, true);
    const days = h.days.map(Number).sort((a, b) => a - b);
    if (got?.length === 0 && days.length > 0) return [{ from: 0, to: 1440, days }];
    return (got ?? []).map((x) => ({ ...x, days }));
  };
  const form: StaffForm = {
    ...draft,
    phones: draft.phones
      .map((p, i) => ({ phone: p.phone, note: p.note, hours: hoursOf(p, `phones[${i}].hours`) }))
      .filter((p, i) => p.phone.trim() !== "" || i < draft.phones.length - 1),
    channels: draft.channels.map((h, i) => ({
      channel: h.channel,
      address: h.address,
      kinds: h.kinds,
      hours: hoursOf(h, `channels[${i}].hours`),
    })),
  };
  return wrong.size > 0 ? { wrong } : { form, wrong };
}
