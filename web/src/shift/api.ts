/** The supervisor's work over the typed client. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import type { Topic } from "../live/live";

type S = components["schemas"];
export type LiveCall = S["LiveCallRow"];
export type Escalation = S["EscalationRow"];
export type StepIn = "skip" | "take_over" | "responsible";
export type Incident = S["IncidentRow"];
export type Matter = S["MatterRow"];
export type Handover = S["HandoverRow"];

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

export type MoveTo = "ready" | "pause" | "off";

export function useMove(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (state: MoveTo) =>
      take(api.POST("/api/v1/shift/operators/{id}/move", { params: { path: { id } }, body: { state } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["wallboard"] }),
  });
}

/** Where the operators work, and the teams a supervisor may move them to. */
export function usePostings() {
  return useQuery({
    queryKey: ["shift", "teams"],
    queryFn: () => take(api.GET("/api/v1/shift/teams")),
    meta: live("operator", "session"),
    staleTime: 15_000,
  });
}

export const useEnlist = (id: number) =>
  useChange((team_id: number) =>
    take(api.PUT("/api/v1/shift/operators/{id}/team", { params: { path: { id } }, body: { team_id } })),
  );

/** What is open now, and what waits to be taken over. */
export function useEnding() {
  return useQuery({
    queryKey: ["shift", "ending"],
    queryFn: () => take(api.GET("/api/v1/shift/ending")),
    meta: live("handover", "task", "escalation", "alarm", "call"),
    refetchInterval: 15_000,
  });
}

export function useHandovers() {
  return useInfiniteQuery({
    queryKey: ["shift", "handovers"],
    queryFn: ({ pageParam }) => take(api.GET("/api/v1/shift/handovers", { params: { query: { before: pageParam } } })),
    initialPageParam: 0,
    getNextPageParam: ({ items }) => (items.length < 50 ? undefined : items.at(-1)?.id),
    meta: live("handover"),
  });
}

export function useHandover(id: number) {
  return useQuery({
    queryKey: ["shift", "handover", id],
    queryFn: () => take(api.GET("/api/v1/shift/handovers/{id}", { params: { path: { id } } })),
    enabled: id > 0,
    meta: live("handover"),
  });
}

export const useGiveShift = () =>
  useChange((body: { note: string; seen: string[] }) => take(api.POST("/api/v1/shift/handovers", { body })));

export const useTakeShift = (id: number) =>
  useChange((body: { is_read: boolean; note: string }) =>
    take(api.POST("/api/v1/shift/handovers/{id}/take", { params: { path: { id } }, body })),
  );

export const useWithdrawShift = (id: number) =>
  useChange(() => take(api.POST("/api/v1/shift/handovers/{id}/withdraw", { params: { path: { id } } })));
