/** A company's short lists over the typed client: both have the same operations. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";

export type Tag = components["schemas"]["TagRow"];
export type TagChange = components["schemas"]["TagChange"];
export type Colour = Tag["colour"];
export type List = "tags" | "postpone-reasons";

const key = (list: List, company: number) => [list, company] as const;

/** The list in its order, the archived last. */
export function useTags(list: List, company: number) {
  const query = { params: { query: { company_id: company } } };
  return useQuery({
    queryKey: key(list, company),
    queryFn: () => take(list === "tags" ? api.GET("/api/v1/tags", query) : api.GET("/api/v1/postpone-reasons", query)),
  });
}

/** Adds to the end of the list. */
export function useAddTag(list: List, company: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; colour: Colour }) => {
      const sent = { body: { ...body, company_id: company } };
      return take(list === "tags" ? api.POST("/api/v1/tags", sent) : api.POST("/api/v1/postpone-reasons", sent));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: key(list, company) }),
  });
}

/** Changes a row. 409: somebody was first, and the list is fetched again. */
export function useChangeTag(list: List, company: number) {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: key(list, company) });
  return useMutation({
    mutationFn: ({ id, ...body }: TagChange & { id: number }) => {
      const sent = { params: { path: { id } }, body };
      return take(
        list === "tags" ? api.PATCH("/api/v1/tags/{id}", sent) : api.PATCH("/api/v1/postpone-reasons/{id}", sent),
      );
    },
    onSuccess: again,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) void again();
    },
  });
}
