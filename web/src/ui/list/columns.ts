/** Which columns a list shows; kept on this machine, and in a kept list. */
import { useLocalStorage } from "@mantine/hooks";

/** The columns a list may have, in their order. */
export type ColumnSet<C extends string> = {
  readonly all: readonly C[];
  /** What is shown when nobody chose. */
  readonly usual: readonly C[];
  /** Without these a row says nothing. */
  readonly always: readonly C[];
  /** Under what they are kept on this machine. */
  readonly key: string;
};

/** Keeps the known ones in their order; nothing known: the usual. */
export function readColumns<C extends string>(set: ColumnSet<C>, raw: unknown): C[] {
  const given: unknown[] = Array.isArray(raw) ? raw : [];
  const chosen = set.all.filter((c) => given.includes(c) || set.always.includes(c));
  return chosen.length > set.always.length ? chosen : [...set.usual];
}

/** The columns chosen on this machine, of those the person may see. */
export function useColumns<C extends string>(set: ColumnSet<C>, usual: readonly C[], may: (c: C) => boolean) {
  const [raw, put] = useLocalStorage<string[]>({ key: set.key, defaultValue: [] });
  const columns = raw.length > 0 ? readColumns(set, raw).filter(may) : usual;
  return [columns, (columns: readonly C[]) => put([...columns])] as const;
}

export type Density = "compact" | "comfortable";
/** The height of a row, the divider with it. */
export const ROW: Readonly<Record<Density, number>> = { compact: 33, comfortable: 45 };

/** How dense the lists are: each person's own on this machine. */
export function useDensity(user: number) {
  const [raw, set] = useLocalStorage<Density>({ key: `d24.journal.density.${user}`, defaultValue: "compact" });
  return [raw === "comfortable" ? raw : "compact", set] as const;
}
