/** The catalogue of reasons over the typed client. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";
import { tellAfter } from "../ui/after";

type S = components["schemas"];
export type Row = S["CatalogueRow"];
export type Card = S["ReasonCard"];
export type Body = Omit<S["NewReason"], "company_id">;
export type Rules = S["ReasonRules"];
export type Rule = S["ReasonRule"];
export type Limit = S["ReasonLimit"];
export type Variant = S["ReasonVariant"];
export type Condition = S["ReasonCondition"];
export type Ask = S["ReasonAsk"];
export type Price = S["ReasonPrice"];
export type Weighed = S["ReasonWeighed"];
export type Stage = Weighed["stage"];
export type Kind = Body["kind"];
export type Version = S["ReasonVersion"];
export type BaseField = S["ReasonReturn"]["fields"][number];

export const STAGES: readonly Stage[] = ["accept", "localise", "finish"];

/** The company whose catalogue is shown: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useCatalogue() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["reasons", "catalogue", company],
    queryFn: () => take(api.GET("/api/v1/reasons/catalogue", { params: { query: { company_id: company } } })),
    enabled: company > 0,
  });
}

export function useReason(id: number | undefined) {
  return useQuery({
    queryKey: ["reasons", "card", id],
    queryFn: () => take(api.GET("/api/v1/reasons/{id}", { params: { path: { id: id ?? 0 } } })),
    enabled: id !== undefined,
    refetchOnWindowFocus: false, // it is being edited
  });
}

export function useVersions(id: number) {
  return useQuery({
    queryKey: ["reasons", "versions", id],
    queryFn: () => take(api.GET("/api/v1/reasons/{id}/versions", { params: { path: { id } } })),
  });
}

/** What a resident's words find, best first, with the word matched and the score. */
export function useFound(typed: string) {
  const company = useCompanyId();
  const [q] = useDebouncedValue(typed.trim(), 150);
  const found = useQuery({
    queryKey: ["reasons", "test", company, q],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/reasons/search", { params: { query: { q, company_id: company, limit: 6 } }, signal })),
    enabled: q.length >= 2,
    placeholderData: keepPreviousData,
  });
  return { q, found };
}

/** Limits beside the law's, as they are being typed. */
export function useWeighed(of: { code: string; is_own: boolean; kind: Kind }, rules: Rules) {
  const me = useMe();
  const [settled] = useDebouncedValue(rules, 300);
  return useQuery({
    queryKey: ["reasons", "limits", of.code, of.is_own, of.kind, settled],
    queryFn: ({ signal }) =>
      take(api.POST("/api/v1/reasons/limits", { body: { ...of, rules: settled, zone: me.zone || "UTC" }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000, // the ends move with the clock
  });
}

export function useWorkTypes() {
  return useQuery({
    queryKey: ["work-types"],
    queryFn: () => take(api.GET("/api/v1/work-types")),
    staleTime: 300_000,
  });
}

export function useSupplierKinds() {
  return useQuery({
    queryKey: ["supplier-kinds"],
    queryFn: () => take(api.GET("/api/v1/supplier-kinds")),
    staleTime: Infinity,
  });
}

export function useSuppliers() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["suppliers", company, "", "", false],
    queryFn: () => take(api.GET("/api/v1/suppliers", { params: { query: { company_id: company } } })),
  });
}

/** After any change: the tree, the card and what searches have kept. */
function useAgain() {
  const client = useQueryClient();
  return (card?: Card) => {
    if (card) client.setQueryData(["reasons", "card", card.id], card);
    void client.invalidateQueries({ queryKey: ["reasons"], predicate: (q) => q.queryKey[1] !== "card" });
  };
}

export function useSave() {
  const company = useCompanyId();
  const again = useAgain();
  return useMutation({
    mutationFn: ({ card, body }: { card: Card | undefined; body: Body }) =>
      card
        ? take(
            api.PUT("/api/v1/reasons/{id}", {
              params: { path: { id: card.id } },
              body: { ...body, version: card.version },
            }),
          )
        : take(api.POST("/api/v1/reasons", { body: { ...body, company_id: company } })),
    onSuccess: (saved) => {
      tellAfter(saved, saved.company_id);
      again(saved);
    },
  });
}

export function useArchive() {
  const again = useAgain();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: number; version: number; archived: boolean; sure: boolean }) =>
      take(api.POST("/api/v1/reasons/{id}/archive", { params: { path: { id } }, body })),
    onSuccess: (saved) => {
      tellAfter(saved, saved.company_id);
      again(saved);
    },
  });
}

export function useReturn() {
  const again = useAgain();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: number; version: number; fields: BaseField[] }) =>
      take(api.POST("/api/v1/reasons/{id}/return", { params: { path: { id } }, body })),
    onSuccess: (saved) => {
      tellAfter(saved, saved.company_id);
      again(saved);
    },
  });
}

/** Open requests keep a reason from being archived without a second word. */
export function isInUse(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === "reason.in_use";
}
