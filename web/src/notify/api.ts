/** What one is told of and where, over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

type S = components["schemas"];
export type Wishes = S["NotifyWishes"];
export type Device = S["NotifyDevice"];
export type Notifications = S["Notifications"];

const key = ["my-notifications"];

export const useNotifications = () =>
  useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/me/notifications")) });

function useChange<I, O>(change: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => client.invalidateQueries({ queryKey: key }) });
}

const at = (id: number) => ({ params: { path: { id } } });

export const useWish = () => useChange((body: Wishes) => take(api.PUT("/api/v1/me/notifications", { body })));
export const useForget = () =>
  useChange((id: number) => take(api.DELETE("/api/v1/me/notifications/devices/{id}", at(id))));
export const useTry = () =>
  useChange((id: number) => take(api.POST("/api/v1/me/notifications/devices/{id}/test", at(id))));
export const useSubscribe = () =>
  useChange((body: S["NotifySubscription"]) => take(api.POST("/api/v1/me/notifications/devices", { body })));
