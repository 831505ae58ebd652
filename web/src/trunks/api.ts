/** Accounts at providers over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

export type Trunk = components["schemas"]["TrunkSheet"];
export type TrunkState = NonNullable<components["schemas"]["TrunkState"]>;
export type ProbeState = NonNullable<TrunkState["probe"]>;
export type TrunkForm = components["schemas"]["TrunkForm"];

const key = ["trunks"] as const;

/** The trunks and how they are; they change by themselves. */
export function useTrunks() {
  return useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/trunks")), refetchInterval: 3000 });
}

/** Makes a trunk, or changes one. */
export function useKeepTrunk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: TrunkForm & { id: number }) =>
      id === 0
        ? take(api.POST("/api/v1/trunks", { body }))
        : take(api.PUT("/api/v1/trunks/{id}", { params: { path: { id } }, body })),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}
