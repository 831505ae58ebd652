/** The supervisor's work over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import type { Topic } from "../live/live";

type S = components["schemas"];
export type LiveCall = S["LiveCallRow"];
export type Escalation = S["EscalationRow"];
export type StepIn = "skip" | "take_over" | "responsible";
export type Incident = S["IncidentRow"];

export function live(...topics: Topic[]): { live: Topic[] } {
  return { live: topics };
}

export function useIncidents(looked: boolean) {
  return useQuery({
    queryKey: ["shift", "incidents", looked],
    queryFn: () => take(api.GET("/api/v1/shift/incidents", { params: { query: { looked } } })),
    meta: live("incident", "call"),
  });
}

/** A change of the shift: whatever the answer, the lists are asked again. */
export function useChange<V, R>(write: (v: V) => Promise<R>) {
  const client = useQueryClient();
  const again = () => void client.invalidateQueries({ queryKey: ["shift"] });
  return useMutation({ mutationFn: write, onSuccess: again, onError: again });
}

export const useLookAt = (id: number) =>
  useChange((note: string) =>
    take(api.POST("/api/v1/shift/incidents/{id}/look", { params: { path: { id } }, body: { note } })),
  );

export function useCalls() {
  return useQuery({
    queryKey: ["shift", "calls"],
    queryFn: () => take(api.GET("/api/v1/desk/live-calls")),
    meta: live("figures", "call"),
    refetchInterval: 3_000,
  });
}

export function useEscalations() {
  return useQuery({
    queryKey: ["shift", "escalations"],
    queryFn: () => take(api.GET("/api/v1/escalations")),
    meta: live("escalation", "ticket"),
    refetchInterval: 15_000,
  });
}

export const useStepIn = (id: number) =>
  useChange((body: { do: StepIn; level: number }) =>
    take(api.POST("/api/v1/escalations/{id}/step-in", { params: { path: { id } }, body })),
  );
