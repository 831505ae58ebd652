import { useState } from "react";
import type { TicketRow } from "../api/types";

/** Rows chosen by hand: what is to be known of each when the list has gone on. */
export type Picked = { version: number; company: number };

export type Picks = {
  /** By id, at the version that was on the screen when the row was chosen. */
  chosen: ReadonlyMap<number, Picked>;
  /** Not these rows but all that match the conditions. */
  isAll: boolean;
  toggle: (id: number, withRange: boolean) => void;
  /** Adds two rows: Shift with an arrow. */
  reach: (from: number, to: number) => void;
  page: (on: boolean) => void;
  all: () => void;
  clear: () => void;
};

/** Choosing rows of a list as it is shown. Another list (`key`) begins with nothing chosen. */
export function usePicks(items: readonly TicketRow[], key: string): Picks {
  const [state, setState] = useState(() => nothing(key));
  const now = state.key === key ? state : nothing(key);
  const put = (chosen: ReadonlyMap<number, Picked>, anchor: number | null) =>
    setState({ key, chosen, anchor, isAll: false });
  return {
    chosen: now.chosen,
    isAll: now.isAll,
    toggle: (id, withRange) => {
      const on = !now.chosen.has(id);
      const ids = withRange && now.anchor !== null ? between(items, now.anchor, id) : [id];
      const chosen = new Map(now.chosen);
      for (const t of items) {
        if (!ids.includes(t.id)) continue;
        if (on) chosen.set(t.id, pickOf(t));
        else chosen.delete(t.id);
      }
      put(chosen, id);
    },
    reach: (from, to) => {
      const both = items.filter((t) => t.id === from || t.id === to);
      put(new Map([...now.chosen, ...both.map((t) => [t.id, pickOf(t)] as const)]), to);
    },
    page: (on) => put(on ? new Map(items.map((t) => [t.id, pickOf(t)])) : new Map(), null),
    all: () => setState({ ...now, isAll: true }),
    clear: () => setState(nothing(key)),
  };
}

type State = { key: string; chosen: ReadonlyMap<number, Picked>; anchor: number | null; isAll: boolean };

const nothing = (key: string): State => ({ key, chosen: new Map(), anchor: null, isAll: false });
const pickOf = (t: TicketRow): Picked => ({ version: t.version, company: t.company_id });

/** The ids from one row to another, both included, whichever stands first. */
export function between(items: readonly { id: number }[], from: number, to: number): number[] {
  const a = items.findIndex((t) => t.id === from);
  const b = items.findIndex((t) => t.id === to);
  if (a < 0 || b < 0) return [to];
  return items.slice(Math.min(a, b), Math.max(a, b) + 1).map((t) => t.id);
}

/** The one company of what is chosen; 0: several, or none. */
export function companyOf(chosen: ReadonlyMap<number, Picked>): number {
  const all = new Set([...chosen.values()].map((p) => p.company));
  return all.size === 1 ? ([...all][0] ?? 0) : 0;
}
