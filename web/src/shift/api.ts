/** The supervisor's work over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import type { Topic } from "../live/live";

type S = components["schemas"];
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
