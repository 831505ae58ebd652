/** Telephones on operators' desks over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

export type DeskPhone = components["schemas"]["DeskPhoneRow"];
export type Ban = components["schemas"]["DeskPhoneBan"];
export type Person = components["schemas"]["DeskPhonePerson"];
export type Made = components["schemas"]["DeskPhoneMade"];

const key = ["desk-phones"] as const;

/** The phones and who is shut out; they change by themselves. */
export function useDeskPhones() {
  return useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/desk-phones")), refetchInterval: 3000 });
}

function useChange<T, R>(mutationFn: (it: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: key }) });
}

/** Gives an operator a phone. */
export const useMakePhone = () =>
  useChange((user_id: number) => take(api.POST("/api/v1/desk-phones", { body: { user_id } })));

/** Another password. */
export const useResetPhone = () =>
  useChange((id: number) => take(api.POST("/api/v1/desk-phones/{id}/reset", { params: { path: { id } } })));

/** Takes a phone away. */
export const useWithdrawPhone = () =>
  useChange((id: number) => take(api.DELETE("/api/v1/desk-phones/{id}", { params: { path: { id } } })));

/** Listens to an address again. */
export const useLiftBan = () =>
  useChange((ban: string) => take(api.DELETE("/api/v1/desk-phones/bans/{ban}", { params: { path: { ban } } })));
