/** Flats of a house out of a few numbers: "entrances 4, floors 9, 4 per floor, numbering from 1". */
export type Plan = { entrances: number; floors: number; perFloor: number; from: number; firstFloor: number };
export type NewUnit = {
  id: number;
  number: string;
  entrance: number;
  floor: number;
  is_residential: boolean;
  area_m2: number | null;
};

/** The most units of one house. */
export const MOST = 5000;

/** Why a plan makes no house; undefined when it does. */
export function wrongPlan(p: Plan): keyof Plan | "total" | undefined {
  const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high;
  if (!whole(p.entrances, 1, 60)) return "entrances";
  if (!whole(p.floors, 1, 200)) return "floors";
  if (!whole(p.perFloor, 1, 100)) return "perFloor";
  if (!whole(p.from, 1, 99_999)) return "from";
  if (!whole(p.firstFloor, 1, p.floors)) return "firstFloor";
  if (p.entrances * (p.floors - p.firstFloor + 1) * p.perFloor > MOST) return "total";
  return undefined;
}

/** Entrance by entrance, floor by floor upwards, as flats are numbered here. */
export function generate(p: Plan): NewUnit[] {
  if (wrongPlan(p)) return [];
  const out: NewUnit[] = [];
  let n = p.from;
  for (let entrance = 1; entrance <= p.entrances; entrance++)
    for (let floor = p.firstFloor; floor <= p.floors; floor++)
      for (let i = 0; i < p.perFloor; i++)
        out.push({ id: 0, number: String(n++), entrance, floor, is_residential: true, area_m2: null });
  return out;
}

/** Flats that are there already keep their row; what the plan does not have goes. */
export function merge(now: readonly NewUnit[], planned: readonly NewUnit[]): NewUnit[] {
  const by = new Map(now.map((u) => [u.number.toLowerCase(), u]));
  return planned.map((u) => {
    const was = by.get(u.number.toLowerCase());
    return was ? { ...was, entrance: u.entrance, floor: u.floor } : u;
  });
}
