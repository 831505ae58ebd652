/** The platform's companies over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

export type Company = components["schemas"]["TenantRow"];
export type Register = components["schemas"]["CompanyRegister"];
type NewCompany = components["schemas"]["NewCompany"];
type NewLine = components["schemas"]["NewCompanyLine"];

const key = ["companies"] as const;

/** Companies, cities and trunks. */
export function useRegister() {
  return useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/companies")) });
}

/** Makes a company. */
export function useFound() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewCompany) => take(api.POST("/api/v1/companies", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

/** Gives a company a number. */
export function useAddLine(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewLine) => take(api.POST("/api/v1/companies/{id}/lines", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

/** Changes the bounds of what a company may call. */
export function useCap(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Company["caps"]) =>
      take(api.PUT("/api/v1/companies/{id}/caps", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

/** Changes when a company answers its callers itself. */
export function useSetWindow(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Company["window"]) =>
      take(api.PUT("/api/v1/companies/{id}/window", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

/** A link for the company's administrator, told once. */
export function useInviteAdministrator(id: number) {
  return useMutation({
    mutationFn: (name: string) =>
      take(api.POST("/api/v1/companies/{id}/administrators", { params: { path: { id } }, body: { name } })),
  });
}
