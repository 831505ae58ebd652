/** To whom a caller is transferred, over the typed client. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";

export type Competent = components["schemas"]["DeskCompetent"];

export function competentsQuery(key: string, reasonId: number) {
  return queryOptions({
    queryKey: ["desk", "competents", key, reasonId],
    queryFn: () =>
      take(
        api.GET("/api/v1/desk/calls/{key}/competents", {
          params: { path: { key }, query: reasonId ? { reason_id: reasonId } : {} },
        }),
      ),
    staleTime: 10_000,
  });
}

export function useMessage(key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { competent_id: number; text: string }) =>
      take(api.POST("/api/v1/desk/calls/{key}/message", { params: { path: { key } }, body })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["desk"] }),
  });
}
