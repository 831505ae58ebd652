/** Background work the user started: how far it is, and what he may do with it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

export type Errand = components["schemas"]["ErrandRow"];

const KEY = ["errands"] as const;

export const isAlive = (e: Errand) => e.state === "waiting" || e.state === "running" || e.state === "stopping";
/** Where the browser takes a file from: a link, so that it is saved and not kept in memory. */
export const fileOf = (e: Errand) => `/api/v1/errands/${e.id}/result`;
export const reportOf = (e: Errand) => `/api/v1/errands/${e.id}/report`;

/** All of the user's, the newest first. While one is in hand it is asked for again, should the live link be lost. */
export function useErrands(enabled = true) {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => take(api.GET("/api/v1/errands", { signal })),
    refetchInterval: ({ state }) => (state.data?.items.some(isAlive) ? 5_000 : false),
    enabled,
    meta: { live: ["errand"] as const },
  });
}

/** A new errand stands in the list before the server is asked. */
export function useStarted() {
  const client = useQueryClient();
  return (e: Errand) => {
    client.setQueryData<{ items: Errand[] }>(KEY, (all) => all && { items: [e, ...all.items] });
    void client.invalidateQueries({ queryKey: KEY });
  };
}

export function useOrder(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: "stop" | "resume") => {
      const params = { params: { path: { id } } };
      return take(
        order === "stop"
          ? api.POST("/api/v1/errands/{id}/stop", params)
          : api.POST("/api/v1/errands/{id}/resume", params),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** The first of those refused, with the reasons. */
export function useRefused(id: number, enabled: boolean) {
  return useQuery({
    queryKey: ["errand-refused", id],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/errands/{id}/outcomes", { params: { path: { id }, query: { refused: true } }, signal })),
    enabled,
  });
}
