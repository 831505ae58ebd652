/** Suppliers over the typed client: a company's own list and the one all companies see. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";
import { useMe } from "../../session/session";

type S = components["schemas"];
export type Row = S["SupplierRow"];
export type Shared = S["SharedSupplier"];
export type Phone = S["SupplierPhone"];
export type Kind = S["SupplierKind"];
export type Form = Omit<S["NewSupplier"], "company_id">;
export type SharedForm = S["SharedBody"];

/** The company whose list is shown: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useKinds() {
  return useQuery({
    queryKey: ["supplier-kinds"],
    queryFn: () => take(api.GET("/api/v1/supplier-kinds")),
    staleTime: Infinity,
  });
}

export function useSuppliers(filter: { q?: string; kind?: string; archived?: boolean }) {
  const company = useCompanyId();
  const [q] = useDebouncedValue(filter.q ?? "", 200);
  const query = {
    company_id: company,
    ...(q ? { q } : {}),
    ...(filter.kind ? { kind: filter.kind } : {}),
    ...(filter.archived ? { archived: true } : {}),
  };
  return useQuery({
    queryKey: ["suppliers", company, q, filter.kind ?? "", filter.archived ?? false],
    queryFn: () => take(api.GET("/api/v1/suppliers", { params: { query } })),
    enabled: company > 0,
    placeholderData: keepPreviousData,
  });
}

export function useShared(archived: boolean) {
  return useQuery({
    queryKey: ["shared-suppliers", archived],
    queryFn: () => take(api.GET("/api/v1/shared-suppliers", { params: { query: { archived } } })),
  });
}

export function useHouses() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["houses", company],
    queryFn: () => take(api.GET("/api/v1/buildings", { params: { query: { company_id: company } } })),
    staleTime: 60_000,
  });
}

function useAgain() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ["suppliers"] });
    void client.invalidateQueries({ queryKey: ["shared-suppliers"] });
  };
}

export function useSave() {
  const company = useCompanyId();
  const again = useAgain();
  return useMutation({
    mutationFn: ({ id, version, form }: { id?: number | undefined; version?: number | undefined; form: Form }) => {
      const { supplier_id, ...body } = form;
      return id
        ? take(
            api.PUT("/api/v1/suppliers/{id}", { params: { path: { id } }, body: { ...body, version: version ?? 0 } }),
          )
        : take(api.POST("/api/v1/suppliers", { body: { ...body, supplier_id, company_id: company } }));
    },
    onSuccess: again,
  });
}

export function useSaveShared() {
  const again = useAgain();
  return useMutation({
    mutationFn: ({ id, version, form }: { id?: number | undefined; version?: number | undefined; form: SharedForm }) =>
      id
        ? take(
            api.PUT("/api/v1/shared-suppliers/{id}", {
              params: { path: { id } },
              body: { ...form, version: version ?? 0 },
            }),
          )
        : take(api.POST("/api/v1/shared-suppliers", { body: form })),
    onSuccess: again,
  });
}

export const noPhone: Phone = { phone: "", note: "", hours: "" };

export function formOf(r: Row | undefined): Form {
  return {
    supplier_id: r?.supplier_id ?? null,
    name: r && r.supplier_id === null ? r.name : "",
    kind: r && r.supplier_id === null ? r.kind : "",
    phones: r?.phones ?? [],
    hours: r?.hours ?? "",
    contract: r?.contract ?? "",
    notes: r?.notes ?? "",
    all_houses: r?.all_houses ?? true,
    building_ids: r?.building_ids ?? [],
    is_archived: r?.is_archived ?? false,
  };
}
