/** Rules of routing, the preview and the coverage over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";

type S = components["schemas"];
export type Rule = S["RuleRow"];
export type RuleBody = Omit<S["NewRule"], "company_id">;
export type RuleName = S["RuleName"];
export type RuleHours = S["RuleHours"];
export type Preview = S["AssignmentPreview"];
export type Turn = S["AssignmentTurn"];
export type Coverage = S["CoverageReport"];
export type Gap = S["CoverageGap"];
export type PersonGap = S["CoveragePerson"];
export type Hours = Rule["hours"];

const LIVE = ["assignment"] as const;

/** The company whose rules are shown: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

const of = (company: number) => ({ params: { query: { company_id: company } } });

export function useRules(company: number) {
  return useQuery({
    queryKey: ["rules", company],
    queryFn: () => take(api.GET("/api/v1/assignment/rules", of(company))),
    meta: { live: LIVE },
  });
}

export function useCoverage(company: number) {
  return useQuery({
    queryKey: ["coverage", company],
    queryFn: () => take(api.GET("/api/v1/assignment/coverage", of(company))),
    meta: { live: ["assignment", "staff"] as const },
  });
}

export function useReasons(company: number) {
  return useQuery({
    queryKey: ["reasons-list", company],
    queryFn: () => take(api.GET("/api/v1/reasons", of(company))),
  });
}

export function useHouses(company: number) {
  return useQuery({
    queryKey: ["houses-list", company],
    queryFn: () => take(api.GET("/api/v1/buildings", of(company))),
  });
}

export function usePeople(company: number) {
  return useQuery({
    queryKey: ["staff", { company_id: company }],
    queryFn: () => take(api.GET("/api/v1/staff", of(company))),
  });
}

export function useWorks() {
  return useQuery({
    queryKey: ["work-types"],
    queryFn: () => take(api.GET("/api/v1/work-types")),
    staleTime: Infinity,
  });
}

/** After a change, or when somebody was first, the table is fetched again. */
function useAgain() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ["rules"] });
    void client.invalidateQueries({ queryKey: ["coverage"] });
  };
}

/** Makes a rule, or writes one anew. */
export function useSaveRule(company: number, was?: Rule) {
  const again = useAgain();
  return useMutation({
    mutationFn: (body: RuleBody) =>
      take(
        was
          ? api.PUT("/api/v1/assignment/rules/{id}", {
              params: { path: { id: was.id } },
              body: { ...body, version: was.version },
            })
          : api.POST("/api/v1/assignment/rules", { body: { ...body, company_id: company } }),
      ),
    onSuccess: again,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) again();
    },
  });
}

/** Takes a rule out of force, or puts it back. */
export function useArchiveRule() {
  const again = useAgain();
  return useMutation({
    mutationFn: ({ id, version, is_archived }: { id: number; version: number; is_archived: boolean }) =>
      take(api.PATCH("/api/v1/assignment/rules/{id}", { params: { path: { id } }, body: { version, is_archived } })),
    onSuccess: again,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) again();
    },
  });
}

/** Who would get a request at a moment; absent: now. */
export function usePreview(company: number, reason: number, house: number, at: string | undefined) {
  const body = { company_id: company, reason_id: reason, building_id: house, ...(at ? { at } : {}) };
  return useQuery({
    queryKey: ["assignment-preview", body],
    queryFn: () => take(api.POST("/api/v1/assignment/preview", { body })),
    enabled: reason > 0 && house > 0,
    placeholderData: (before) => before,
    meta: { live: ["assignment", "staff"] as const },
  });
}
