/** The journal of calls over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";
import { usePages } from "../ui/list/pages";
import { callQuery, type CallSearch } from "./search";

type S = components["schemas"];
export type NewMark = S["NewCallMark"];
export type Answer = S["CallAnswer"];

/** Pages of the journal, newest first. */
export function useCalls(search: CallSearch) {
  const query = callQuery(search, useMe().zone);
  return usePages("calls", query, "call", (page, signal) =>
    take(api.GET("/api/v1/calls", { params: { query: { ...query, ...page } }, signal })),
  );
}

/** How many the filter finds; capped at 1000. */
export function useCallCount(search: CallSearch, enabled = true) {
  const { zone } = useMe();
  const query = callQuery(search, zone);
  return useQuery({
    queryKey: ["calls-count", query],
    queryFn: ({ signal }) => take(api.GET("/api/v1/calls/count", { params: { query }, signal })),
    placeholderData: (before) => before,
    enabled,
    meta: { live: ["call"] as const },
  });
}

export function useCall(id: number) {
  return useQuery({
    queryKey: ["call", id],
    queryFn: () => take(api.GET("/api/v1/calls/{id}", { params: { path: { id } } })),
    enabled: id > 0,
    meta: { live: ["call"] as const, id },
  });
}

/** Who spoke in the last calls. */
export function useOperators(company: number | undefined) {
  const query = company ? { company_id: company } : {};
  return useQuery({
    queryKey: ["call-operators", query],
    queryFn: () => take(api.GET("/api/v1/calls/operators", { params: { query } })),
    staleTime: 60_000,
  });
}

function useWrite<V>(id: number, write: (v: V) => Promise<unknown>) {
  const client = useQueryClient();
  const again = () => {
    void client.invalidateQueries({ queryKey: ["call", id] });
    void client.invalidateQueries({ queryKey: ["calls"] });
    void client.invalidateQueries({ queryKey: ["calls-count"] });
  };
  return useMutation({ mutationFn: write, onSuccess: again, onError: again });
}

export function useRate(id: number) {
  const params = { path: { id } };
  return useWrite(id, (body: NewMark) => take(api.PUT("/api/v1/calls/{id}/mark", { params, body })));
}

export function useAppeal(id: number) {
  const params = { path: { id } };
  return useWrite(id, (text: string) => take(api.POST("/api/v1/calls/{id}/mark/appeal", { params, body: { text } })));
}

export function useAnswer(id: number) {
  const params = { path: { id } };
  return useWrite(id, (body: Answer) => take(api.POST("/api/v1/calls/{id}/mark/answer", { params, body })));
}
