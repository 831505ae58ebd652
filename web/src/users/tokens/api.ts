/** Tokens of the API, and its own document. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";
import type { CompanyID } from "../api";

type S = components["schemas"];
export type Token = S["APIToken"];
export type TokenForm = S["APITokenForm"];
export type TokenMade = S["APITokenMade"];

const of = (company: CompanyID) => (company ? { company_id: company } : {});

export const useTokens = (company: CompanyID) =>
  useQuery({
    queryKey: ["tokens", company],
    queryFn: () => take(api.GET("/api/v1/tokens", { params: { query: of(company) } })),
  });

export function useMakeToken(company: CompanyID) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: TokenForm) => take(api.POST("/api/v1/tokens", { params: { query: of(company) }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

export function useRevokeToken(company: CompanyID) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      take(api.POST("/api/v1/tokens/{id}/revoke", { params: { path: { id }, query: of(company) } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
}
