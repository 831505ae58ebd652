/** How long recordings are kept, and what seals them, over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

type S = components["schemas"];
export type Term = S["RecordingTerm"];
export type Keys = S["RecordingKeys"];

const key = (company: number) => ["recording-term", company] as const;

export function useTerm(company: number) {
  return useQuery({
    queryKey: key(company),
    queryFn: () => take(api.GET("/api/v1/companies/{id}/recording-term", { params: { path: { id: company } } })),
  });
}

export function useSetTerm(company: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: S["NewRecordingTerm"]) =>
      take(api.PUT("/api/v1/companies/{id}/recording-term", { params: { path: { id: company } }, body })),
    onSuccess: (term) => client.setQueryData(key(company), term),
  });
}

/** Lets all whose term is over go in the coming night; `due` is the figure that was seen. */
export function useConfirmExpiry(company: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (due: number) =>
      take(
        api.POST("/api/v1/companies/{id}/recording-term/confirm", { params: { path: { id: company } }, body: { due } }),
      ),
    onSuccess: (term) => client.setQueryData(key(company), term),
    onError: () => client.invalidateQueries({ queryKey: key(company) }),
  });
}

const keysKey = (company: number) => ["recording-keys", company] as const;

export function useKeys(company: number) {
  return useQuery({
    queryKey: keysKey(company),
    queryFn: () => take(api.GET("/api/v1/companies/{id}/recording-keys", { params: { path: { id: company } } })),
  });
}

/** Changing, destroying and keeping the keys of a company. */
export function useKeyChange(company: number) {
  const client = useQueryClient();
  const params = { path: { id: company } };
  return useMutation({
    mutationFn: (what: { rotate: true } | { keep: true } | { destroy: string }) =>
      take(
        "destroy" in what
          ? api.POST("/api/v1/companies/{id}/recording-keys/destroy", { params, body: { name: what.destroy } })
          : "keep" in what
            ? api.DELETE("/api/v1/companies/{id}/recording-keys/destroy", { params })
            : api.POST("/api/v1/companies/{id}/recording-keys/rotate", { params }),
      ),
    onSuccess: (keys) => client.setQueryData(keysKey(company), keys),
  });
}
