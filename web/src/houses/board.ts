/** The chessboard: entrances side by side, floors from the top, a sign of the most urgent request in a flat. */
import type { BuildingCard, Kind } from "../api/types";

export type Unit = BuildingCard["units"][number];
export type Ticket = BuildingCard["open_tickets"][number];
export type Entrance = { number: number; width: number; floors: { floor: number; units: (Unit | undefined)[] }[] };

const urgency: Record<Kind, number> = { emergency: 3, planned: 2, paid: 1 };

/** Entrances with their floors from the top; units of no entrance stand in one of number 0, at the end. */
export function boardOf(units: readonly Unit[]): Entrance[] {
  const by = new Map<number, Map<number, Unit[]>>();
  for (const u of units) {
    const floors = by.get(u.entrance) ?? new Map<number, Unit[]>();
    floors.set(u.floor, [...(floors.get(u.floor) ?? []), u]);
    by.set(u.entrance, floors);
  }
  const top = Math.max(0, ...units.filter((u) => u.entrance > 0).map((u) => u.floor));
  return [...by.entries()]
    .sort(([a], [b]) => (a || Infinity) - (b || Infinity))
    .map(([number, floors]) => {
      const width = Math.max(...[...floors.values()].map((us) => us.length));
      const low = Math.min(1, ...floors.keys());
      const high = number === 0 ? Math.max(...floors.keys()) : top;
      const rows = [];
      for (let floor = high; floor >= low; floor--) {
        if (number === 0 && !floors.has(floor)) continue;
        const us: (Unit | undefined)[] = floors.get(floor) ?? [];
        rows.push({ floor, units: [...us, ...Array<undefined>(width - us.length).fill(undefined)] });
      }
      return { number, width, floors: rows };
    });
}

/** What is open in a flat: the most urgent kind and how many. */
export type Sign = { kind: Kind; count: number };

/** Signs by the flat's number in lower case; "" is the whole house and its entrances. */
export function signsOf(tickets: readonly Ticket[]): Map<string, Sign> {
  const out = new Map<string, Sign>();
  for (const t of tickets) {
    const key = t.unit.toLowerCase();
    const was = out.get(key);
    out.set(key, {
      kind: was && urgency[was.kind] >= urgency[t.kind] ? was.kind : t.kind,
      count: (was?.count ?? 0) + 1,
    });
  }
  return out;
}

/** Where the arrow leads from a flat; itself at an edge. Left and right go on into the next entrance. */
export function step(board: readonly Entrance[], id: number, key: string): number {
  const at = find(board, id);
  if (!at) return board.flatMap((e) => e.floors).flatMap((f) => f.units)[0]?.id ?? 0;
  const [e, f, i] = at;
  const entrance = board[e];
  if (!entrance) return id;
  const inFloor = (of: Entrance | undefined, floor: number, pick: (us: Unit[]) => Unit | undefined) =>
    pick((of?.floors.find((x) => x.floor === floor)?.units ?? []).filter((u) => u !== undefined));
  const floor = entrance.floors[f]?.floor ?? 0;
  switch (key) {
    case "ArrowUp":
    case "ArrowDown": {
      const d = key === "ArrowUp" ? -1 : 1;
      for (let y = f + d; y >= 0 && y < entrance.floors.length; y += d) {
        const us = (entrance.floors[y]?.units ?? []).filter((u) => u !== undefined);
        const u = us[Math.min(i, us.length - 1)];
        if (u) return u.id;
      }
      return id;
    }
    case "ArrowRight":
      return entrance.floors[f]?.units[i + 1]?.id ?? inFloor(board[e + 1], floor, (us) => us[0])?.id ?? id;
    case "ArrowLeft":
      return entrance.floors[f]?.units[i - 1]?.id ?? inFloor(board[e - 1], floor, (us) => us.at(-1))?.id ?? id;
    case "Home":
      return inFloor(board[0], floor, (us) => us[0])?.id ?? id;
    case "End":
      return inFloor(board.at(-1), floor, (us) => us.at(-1))?.id ?? id;
  }
  return id;
}

function find(board: readonly Entrance[], id: number): [number, number, number] | undefined {
  for (const [e, entrance] of board.entries())
    for (const [f, floor] of entrance.floors.entries()) {
      const i = floor.units.findIndex((u) => u?.id === id);
      if (i >= 0) return [e, f, i];
    }
  return undefined;
}
