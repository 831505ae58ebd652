/** Being connected with the resident of a request through the centre. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";

export type Connecting = components["schemas"]["TicketConnecting"];

const keyOf = (id: number) => ["connection", id];
/** A call that goes on is looked at so often: an order may end without a call that would tell it. */
const LOOK_EVERY = 2000;

/** How the resident may be called, and how far it is. */
export function useConnection(id: number) {
  return useQuery({
    queryKey: keyOf(id),
    queryFn: () => take(api.GET("/api/v1/tickets/{id}/connection", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.last && state.data.last.state !== "over" ? LOOK_EVERY : false),
    gcTime: 0, // never kept for later: it is of this moment
    meta: { live: ["call"] as const },
  });
}

function useChange<V>(id: number, write: (v: V) => Promise<Connecting>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSuccess: (c) => {
      client.setQueryData(keyOf(id), c);
      void client.invalidateQueries({ queryKey: ["ticket-events", id] });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) void client.invalidateQueries({ queryKey: keyOf(id) });
    },
  });
}

/** Rings my phone, then the resident's. */
export function useConnect(id: number) {
  return useChange(id, (body: components["schemas"]["NewConnection"]) =>
    take(api.POST("/api/v1/tickets/{id}/connection", { params: { path: { id } }, body })),
  );
}

/** Stops the ringing. */
export function useWithdraw(id: number) {
  return useChange<void>(id, () =>
    take(api.POST("/api/v1/tickets/{id}/connection/withdraw", { params: { path: { id } } })),
  );
}
