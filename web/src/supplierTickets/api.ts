/** Suppliers' requests over the typed client. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import type { Topic } from "../live/live";
import { useMe } from "../session/session";
import { pairQuery, type PairSearch } from "./search";

type S = components["schemas"];
export type Pair = S["SupplierTicketRow"];
export type PairCard = S["SupplierTicketCard"];
export type HandOver = S["SupplierHandOver"];
export type News = S["SupplierNews"];

const live: { live: Topic[] } = { live: ["supplier_ticket", "ticket"] };

/** Pages of the list, newest first. */
export function usePairs(search: PairSearch) {
  const { zone } = useMe();
  const query = pairQuery(search, zone);
  return useInfiniteQuery({
    queryKey: ["supplier-tickets", query],
    queryFn: ({ pageParam }) =>
      take(
        api.GET("/api/v1/supplier-tickets", {
          params: { query: { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    meta: live,
  });
}

export function usePairCount(search: PairSearch) {
  const { zone } = useMe();
  const query = pairQuery(search, zone);
  return useQuery({
    queryKey: ["supplier-tickets", "count", query],
    queryFn: () => take(api.GET("/api/v1/supplier-tickets/count", { params: { query } })),
    placeholderData: keepPreviousData,
    meta: live,
  });
}

export function usePair(id: number) {
  return useQuery({
    queryKey: ["supplier-tickets", "one", id],
    queryFn: () => take(api.GET("/api/v1/supplier-tickets/{id}", { params: { path: { id } } })),
    enabled: id > 0,
    meta: live,
  });
}

function useWrite<V>(write: (v: V) => Promise<unknown>) {
  const client = useQueryClient();
  const again = () => {
    void client.invalidateQueries({ queryKey: ["supplier-tickets"] });
    void client.invalidateQueries({ queryKey: ["ticket"] });
  };
  return useMutation({ mutationFn: write, onSuccess: again, onError: again });
}

export function useHandOver(id: number) {
  const params = { path: { id } };
  return useWrite((body: HandOver) => take(api.POST("/api/v1/supplier-tickets/{id}/hand-over", { params, body })));
}

export function useNews(id: number) {
  const params = { path: { id } };
  return useWrite((body: News) => take(api.POST("/api/v1/supplier-tickets/{id}/news", { params, body })));
}

/** Opens the supplier's half of a request that has none. */
export function useOpenPair() {
  return useWrite((body: S["NewSupplierTicket"]) => take(api.POST("/api/v1/supplier-tickets", { body })));
}
