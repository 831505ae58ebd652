/** Webhooks and their deliveries over the typed client. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";

type S = components["schemas"];
export type Webhook = S["Webhook"];
export type WebhookForm = S["WebhookForm"];
export type Delivery = S["WebhookDelivery"];

export const useWebhooks = () =>
  useQuery({ queryKey: ["webhooks"], queryFn: () => take(api.GET("/api/v1/webhooks")), refetchInterval: 30_000 });

/** What a delivery becomes is seen without a click: the page looks again while it is open. */
export const useDeliveries = (id: number, dead: boolean) =>
  useInfiniteQuery({
    queryKey: ["webhooks", id, "deliveries", dead],
    initialPageParam: 0,
    refetchInterval: 5000,
    queryFn: ({ pageParam }) =>
      take(
        api.GET("/api/v1/webhooks/{id}/deliveries", {
          params: {
            path: { id },
            query: { ...(dead ? { state: "dead" as const } : {}), ...(pageParam ? { before: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (last) => last.next || undefined,
  });

function useChange<I, O>(change: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: ["webhooks"] }),
  });
}

const at = (id: number) => ({ params: { path: { id } } });

export const useMakeWebhook = () => useChange((body: WebhookForm) => take(api.POST("/api/v1/webhooks", { body })));
export const useChangeWebhook = (id: number) =>
  useChange((body: WebhookForm) => take(api.PUT("/api/v1/webhooks/{id}", { ...at(id), body })));
export const useRemoveWebhook = () => useChange((id: number) => take(api.DELETE("/api/v1/webhooks/{id}", at(id))));
export const useTestWebhook = () => useChange((id: number) => take(api.POST("/api/v1/webhooks/{id}/test", at(id))));
export const useNewSecret = () => useChange((id: number) => take(api.POST("/api/v1/webhooks/{id}/secret", at(id))));
export const useRetry = (id: number) =>
  useChange((delivery: number) =>
    take(api.POST("/api/v1/webhooks/{id}/deliveries/{delivery}/retry", { params: { path: { id, delivery } } })),
  );
