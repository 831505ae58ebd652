/** Houses, their units and groups over the typed client. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import type { BuildingCard } from "../api/types";
import { useMe } from "../session/session";
import { serverNow } from "../time/clock";
import type { HousesSearch } from "./search";

type S = components["schemas"];
export type { BuildingCard };
export type HouseRow = S["BuildingRow"];
export type HouseFields = S["BuildingFields"];
export type Group = S["BuildingGroup"];

/** The company whose houses are shown: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useHouses(search: HousesSearch) {
  const query = {
    company_id: useCompanyId(),
    ...(search.q ? { q: search.q } : {}),
    ...(search.group ? { group_id: search.group } : {}),
    ...(search.archived ? { archived: true } : {}),
  };
  return useQuery({
    queryKey: ["houses", query],
    queryFn: ({ signal }) => take(api.GET("/api/v1/buildings", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Cities a house may be in, the company's own first. */
export function useCities() {
  const company_id = useCompanyId();
  return useQuery({
    queryKey: ["cities", company_id],
    queryFn: () => take(api.GET("/api/v1/cities", { params: { query: { company_id } } })),
  });
}

const houseKey = (id: number) => ["house", id] as const;

export function useHouse(id: number) {
  return useQuery({
    queryKey: houseKey(id),
    queryFn: () => take(api.GET("/api/v1/buildings/{id}", { params: { path: { id } } })),
    refetchInterval: 60_000, // requests and duty go by the clock
    meta: { live: ["ticket"] },
  });
}

function useSaved<V>(write: (v: V) => Promise<BuildingCard>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSuccess: (card) => {
      client.setQueryData(houseKey(card.id), card);
      void client.invalidateQueries({ queryKey: ["houses"] });
    },
  });
}

export function useSaveHouse(house: BuildingCard | undefined) {
  const company_id = useCompanyId();
  return useSaved((fields: HouseFields) =>
    house
      ? take(
          api.PUT("/api/v1/buildings/{id}", {
            params: { path: { id: house.id } },
            body: { ...fields, version: house.version },
          }),
        )
      : take(api.POST("/api/v1/buildings", { body: { ...fields, company_id } })),
  );
}

export function useSaveUnits(house: BuildingCard) {
  return useSaved((units: BuildingCard["units"]) =>
    take(
      api.PUT("/api/v1/buildings/{id}/units", {
        params: { path: { id: house.id } },
        body: { units, version: house.version },
      }),
    ),
  );
}

export function useArchive(house: BuildingCard) {
  const path = { id: house.id };
  return useSaved(({ restore, despite = false }: { restore: boolean; despite?: boolean }) =>
    restore
      ? take(api.POST("/api/v1/buildings/{id}/restore", { params: { path }, body: { version: house.version } }))
      : take(
          api.POST("/api/v1/buildings/{id}/archive", { params: { path }, body: { version: house.version, despite } }),
        ),
  );
}

const passagesKey = (id: number) => ["house-passages", id] as const;

/** To which companies a house passes and passed; the centre's administrator's alone. */
export function usePassages(id: number) {
  return useQuery({
    queryKey: passagesKey(id),
    queryFn: () => take(api.GET("/api/v1/building-passages/{id}", { params: { path: { id } } })),
  });
}

/** Companies that we serve, but the house's own. */
export function useHeirs(own: number, on: boolean) {
  return useQuery({
    queryKey: ["companies"],
    queryFn: () => take(api.GET("/api/v1/companies")),
    select: (r) => r.items.filter((c) => c.is_active && c.id !== own),
    enabled: on,
  });
}

/** Orders that the house pass, or with null withdraws the order. */
export function usePass(id: number) {
  const client = useQueryClient();
  const params = { path: { id } };
  return useMutation({
    mutationFn: (body: S["NewPassage"] | null) =>
      body
        ? take(api.POST("/api/v1/building-passages/{id}", { params, body }))
        : take(api.POST("/api/v1/building-passages/{id}/withdraw", { params })),
    onSuccess: (all) => {
      client.setQueryData(passagesKey(id), all);
      ["houses", "house"].forEach((k) => void client.invalidateQueries({ queryKey: [k] }));
    },
  });
}

export function useGroups() {
  const query = { company_id: useCompanyId() };
  return useQuery({
    queryKey: ["house-groups", query],
    queryFn: () => take(api.GET("/api/v1/building-groups", { params: { query } })),
  });
}

type GroupForm = { group: Group | undefined; name: string; note: string; buildings: number[] };

export function useSaveGroup() {
  const client = useQueryClient();
  const company_id = useCompanyId();
  return useMutation({
    mutationFn: ({ group, ...body }: GroupForm) =>
      group
        ? take(
            api.PUT("/api/v1/building-groups/{id}", {
              params: { path: { id: group.id } },
              body: { ...body, version: group.version },
            }),
          )
        : take(api.POST("/api/v1/building-groups", { body: { ...body, company_id } })),
    onSuccess: () =>
      ["houses", "house", "house-groups"].forEach((k) => void client.invalidateQueries({ queryKey: [k] })),
  });
}

export function useDropGroup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (g: Group) =>
      take(
        api.DELETE("/api/v1/building-groups/{id}", { params: { path: { id: g.id }, query: { version: g.version } } }),
      ),
    onSuccess: () =>
      ["houses", "house", "house-groups"].forEach((k) => void client.invalidateQueries({ queryKey: [k] })),
  });
}

/** Phones of a flat, masked by right. */
export function useUnitContacts(building_id: number, unit: string | undefined, may: boolean) {
  return useQuery({
    queryKey: ["contacts", { building_id, unit }],
    queryFn: () =>
      take(api.GET("/api/v1/contacts", { params: { query: { building_id, unit: unit ?? "", limit: 20 } } })),
    enabled: may && unit !== undefined,
  });
}

type Paged = { items: readonly { unit: string }[]; next: string };

/** How many rows a flat has on all the pages of a list, by its number in lower case. */
async function countByUnit(page: (cursor: string) => Promise<Paged>): Promise<Map<string, number>> {
  const out = new Map<string, number>();
  let cursor = "";
  do {
    const { items, next } = await page(cursor);
    for (const x of items) out.set(x.unit.toLowerCase(), (out.get(x.unit.toLowerCase()) ?? 0) + 1);
    cursor = next;
  } while (cursor !== "");
  return out;
}

/** How many phones are known by flats, for the board's layer. */
export function usePhoneCounts(building_id: number, on: boolean) {
  return useQuery({
    queryKey: ["contacts", { building_id, all: true }],
    queryFn: ({ signal }) =>
      countByUnit((cursor) =>
        take(api.GET("/api/v1/contacts", { params: { query: { building_id, cursor, limit: 100 } }, signal })),
      ),
    enabled: on,
  });
}

/** The last requests of a flat, closed ones too. */
export function useUnitTickets(building_id: number, unit: string | undefined) {
  return useQuery({
    queryKey: ["unit-tickets", building_id, unit],
    queryFn: () =>
      take(api.GET("/api/v1/tickets", { params: { query: { building_id, unit: unit ?? "", limit: 10 } } })),
    enabled: unit !== undefined,
    meta: { live: ["ticket"] },
  });
}

const YEAR = 365 * 24 * 3600 * 1000;

/** How many requests the flats had in the last year, for the board's layer. */
export function useYearCounts(building_id: number, on: boolean) {
  return useQuery({
    queryKey: ["house-year", building_id],
    queryFn: ({ signal }) => {
      const from = new Date(serverNow() - YEAR).toISOString();
      return countByUnit(async (cursor) => {
        const query = { building_id, from, limit: 100, ...(cursor ? { cursor } : {}) };
        const page = await take(api.GET("/api/v1/tickets", { params: { query }, signal }));
        return { items: page.items, next: page.next_cursor ?? "" };
      });
    },
    enabled: on,
  });
}
