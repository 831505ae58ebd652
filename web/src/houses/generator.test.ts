import { describe, expect, it } from "vitest";
import { generate, merge, wrongPlan } from "./generator";

const plan = { entrances: 4, floors: 9, perFloor: 4, from: 1, firstFloor: 1 };

describe("flats by a generator", () => {
  it("numbers entrance by entrance, upwards", () => {
    const us = generate(plan);
    expect(us).toHaveLength(144);
    expect(us[0]).toMatchObject({ number: "1", entrance: 1, floor: 1 });
    expect(us[35]).toMatchObject({ number: "36", entrance: 1, floor: 9 });
    expect(us[36]).toMatchObject({ number: "37", entrance: 2, floor: 1 });
    expect(us[143]).toMatchObject({ number: "144", entrance: 4, floor: 9 });
  });
  it("leaves shops on the first floor out and begins where it is told", () => {
    const us = generate({ ...plan, from: 145, firstFloor: 2 });
    expect(us).toHaveLength(128);
    expect(us[0]).toMatchObject({ number: "145", floor: 2 });
  });
  it("says which number is wrong", () => {
    expect(wrongPlan(plan)).toBeUndefined();
    expect(wrongPlan({ ...plan, entrances: 0 })).toBe("entrances");
    expect(wrongPlan({ ...plan, floors: 1.5 })).toBe("floors");
    expect(wrongPlan({ ...plan, firstFloor: 10 })).toBe("firstFloor");
    expect(wrongPlan({ ...plan, entrances: 60, floors: 100 })).toBe("total");
    expect(generate({ ...plan, perFloor: 0 })).toEqual([]);
  });
  it("keeps what is known of a flat", () => {
    const now = [{ id: 7, number: "2", entrance: 0, floor: 0, is_residential: false, area_m2: 52.4 }];
    const us = merge(now, generate({ ...plan, entrances: 1, floors: 1 }));
    expect(us[1]).toEqual({ id: 7, number: "2", entrance: 1, floor: 1, is_residential: false, area_m2: 52.4 });
    expect(us[0]?.id).toBe(0);
  });
});
