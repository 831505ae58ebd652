/** Readiness and rules of calling over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";
import { tellAfter } from "../ui/after";

type S = components["schemas"];
export type Step = S["ReadinessStep"];
export type Readiness = S["ReadinessReport"];
export type CallingRules = S["CallingRules"];
export type CallingState = S["CallingState"];

/** The company that is set up: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useReadiness(company: number) {
  return useQuery({
    queryKey: ["readiness", company],
    queryFn: () => take(api.GET("/api/v1/onboarding/readiness", { params: { query: { company_id: company } } })),
    staleTime: 0, // the person comes back from mending
  });
}

/** What may be written of the rules that were read. */
export function rulesOf(s: CallingState): CallingRules {
  const { most_numbers: _, ...told } = s;
  const rules: Partial<CallingState> = told;
  delete rules.warnings;
  delete rules.running;
  return rules as CallingRules;
}

const key = (company: number) => ["calling", company] as const;

export function useCalling(company: number) {
  return useQuery({
    queryKey: key(company),
    queryFn: () => take(api.GET("/api/v1/companies/{id}/calling", { params: { path: { id: company } } })),
  });
}

export function useSetCalling(company: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CallingRules) =>
      take(api.PUT("/api/v1/companies/{id}/calling", { params: { path: { id: company } }, body })),
    onSuccess: (now) => {
      tellAfter(now, company);
      client.setQueryData(key(company), now);
    },
  });
}

/** How many numbers of one person can be dialled within a level, as the server counts; 0: not even one. */
export function mostNumbers(step: number, dials: number, ring: number): number {
  let n = 0;
  while (n < 10) {
    const spacing = Math.min(120, Math.floor((step * 60) / (dials * (n + 1))));
    if (Math.min(ring, spacing - 5) < 15) break;
    n++;
  }
  return n;
}
