/** The settings of the queue over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

type S = components["schemas"];
export type QueueSettings = S["QueueSettings"];
export type QueueForm = S["QueueForm"];
export type QueueCompany = S["QueueCompany"];
export type QueueLine = S["QueueLine"];

const key = ["queue"] as const;

export function useQueue() {
  return useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/shift/queue")) });
}

function useKeep<V, R>(write: (v: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: write, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

export const useKeepQueue = () => useKeep((body: QueueForm) => take(api.PUT("/api/v1/shift/queue", { body })));

export const useKeepCompany = () =>
  useKeep(({ company_id: id, weight, wrap_up_sec, language }: Omit<QueueCompany, "name">) =>
    take(
      api.PUT("/api/v1/shift/queue/companies/{id}", {
        params: { path: { id } },
        body: { weight, wrap_up_sec, language },
      }),
    ),
  );

const slowKey = ["queue", "slow"] as const;

/** Numbers from which nobody speaks again and again: they wait longer. */
export const useSlow = () =>
  useQuery({ queryKey: slowKey, queryFn: () => take(api.GET("/api/v1/shift/slow-numbers")), refetchInterval: 30_000 });

export const useLift = () =>
  useKeep((id: number) => take(api.POST("/api/v1/shift/slow-numbers/{id}/lift", { params: { path: { id } } })));

export const useKeepLine = () =>
  useKeep(({ id, language }: { id: number; language: string }) =>
    take(api.PUT("/api/v1/shift/queue/lines/{id}", { params: { path: { id } }, body: { language } })),
  );
