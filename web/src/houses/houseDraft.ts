/** A house's card as it is typed. */
import type { BuildingCard, HouseFields } from "./api";

export type Pair = { label: string; text: string };
export type Draft = Omit<HouseFields, "info"> & { info: Pair[] };

const nothing: HouseFields = {
  city_id: 0,
  region: "",
  postcode: "",
  street: "",
  house: "",
  zone: "",
  fias_id: "",
  lat: null,
  lon: null,
  floors: 0,
  entrances: 0,
  lifts: 0,
  built_year: 0,
  areas: { total: null, residential: null, non_residential: null, common: null },
  door_codes: {},
  passport_office: {},
  info: {},
  technical: {
    house_type: "",
    project_type: "",
    operated_since: 0,
    floors_min: 0,
    flats: 0,
    non_residential: 0,
    wall_material: "",
    floor_type: "",
    foundation: "",
    energy_class: "",
    heating: "",
    hot_water: "",
    cold_water: "",
    sewerage: "",
    gas: "",
    ventilation: "",
    electricity: "",
    electrical_inputs: 0,
    firefighting: "",
    drainage: "",
    chute_type: "",
    chutes: 0,
    is_alarm: false,
  },
  notes: "",
};

export function draftOf(house: BuildingCard | undefined): Draft {
  const fields = house?.card ?? nothing;
  return { ...fields, info: Object.entries(fields.info).map(([label, text]) => ({ label, text })) };
}

export function fieldsOf(d: Draft): HouseFields {
  const info: Record<string, string> = {};
  for (const p of d.info) if (p.label.trim() !== "") info[p.label.trim()] = p.text;
  return { ...d, info };
}
