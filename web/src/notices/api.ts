/** Notices over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import type { Topic } from "../live/live";

type S = components["schemas"];
export type Notice = S["NoticeRow"];
export type NoticeCard = S["NoticeCard"];
export type NoticeInput = Omit<S["NewNotice"], "company_id" | "$schema">;
export type Service = Notice["service"];
export type Which = "now" | "past";

const live: { live: Topic[] } = { live: ["notice", "ticket"] };

export function useNotices(company_id: number, which: Which) {
  return useQuery({
    queryKey: ["notices", company_id, which],
    queryFn: () => take(api.GET("/api/v1/notices", { params: { query: { company_id, which } } })),
    meta: live,
    refetchInterval: 60_000, // ends come by the clock
  });
}

/** What is told about a house; house null: the company's. Nothing is asked while neither is known. */
export function useTold(company_id: number, building_id: number | null) {
  return useQuery({
    queryKey: ["notices", "at", company_id, building_id],
    queryFn: () =>
      take(api.GET("/api/v1/notices/at", { params: { query: building_id ? { building_id } : { company_id } } })),
    enabled: company_id > 0 || (building_id ?? 0) > 0,
    meta: live,
    refetchInterval: 60_000,
  });
}

export function useNoticesOfTicket(ticket_id: number, on: boolean) {
  return useQuery({
    queryKey: ["notices", "of", ticket_id],
    queryFn: () => take(api.GET("/api/v1/notices/of-ticket", { params: { query: { ticket_id } } })),
    enabled: on,
    meta: live,
  });
}

export function useNotice(id: number) {
  return useQuery({
    queryKey: ["notices", "one", id],
    queryFn: () => take(api.GET("/api/v1/notices/{id}", { params: { path: { id } } })),
    enabled: id > 0,
    meta: live,
  });
}

function useWrite<V, R>(write: (v: V) => Promise<R>) {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: ["notices"] });
  return useMutation({ mutationFn: write, onSuccess: again, onError: () => void again() });
}

/** Raises a notice, or writes one anew. */
export function useSaveNotice(was: Notice | undefined, company_id: number) {
  return useWrite((input: NoticeInput) =>
    was
      ? take(
          api.PUT("/api/v1/notices/{id}", {
            params: { path: { id: was.id } },
            body: { ...input, version: was.version },
          }),
        )
      : take(api.POST("/api/v1/notices", { body: { ...input, company_id } })),
  );
}

export function useProlong(n: Notice) {
  const params = { path: { id: n.id } };
  return useWrite((ends_at: string) =>
    take(api.POST("/api/v1/notices/{id}/prolong", { params, body: { ends_at, version: n.version } })),
  );
}

export function useEnd(n: Notice) {
  const params = { path: { id: n.id } };
  return useWrite((done_ticket_ids: number[]) =>
    take(api.POST("/api/v1/notices/{id}/end", { params, body: { done_ticket_ids, version: n.version } })),
  );
}

export function useCancelNotice(n: Notice) {
  const params = { path: { id: n.id } };
  return useWrite((why: string) =>
    take(api.POST("/api/v1/notices/{id}/cancel", { params, body: { why, version: n.version } })),
  );
}

/** Joins a caller with a notice; he is told the number. */
export function useJoinNotice() {
  return useWrite(({ id, ...body }: { id: number } & Omit<S["NoticeJoin"], "$schema">) =>
    take(api.POST("/api/v1/notices/{id}/join", { params: { path: { id } }, body })),
  );
}

export function useTie(n: Notice) {
  const params = { path: { id: n.id } };
  return useWrite((ticket_ids: number[]) =>
    take(api.POST("/api/v1/notices/{id}/tickets", { params, body: { ticket_ids } })),
  );
}

/** What the form chooses from. */
export function useChoices(company_id: number) {
  const params = { query: { company_id } };
  const houses = useQuery({
    queryKey: ["houses", "of", company_id],
    queryFn: () => take(api.GET("/api/v1/buildings", { params })),
    staleTime: 60_000,
  });
  const groups = useQuery({
    queryKey: ["house-groups", "of", company_id],
    queryFn: () => take(api.GET("/api/v1/building-groups", { params })),
    staleTime: 60_000,
  });
  const suppliers = useQuery({
    queryKey: ["suppliers", "of", company_id],
    queryFn: () => take(api.GET("/api/v1/suppliers", { params })),
    staleTime: 60_000,
  });
  return {
    houses: houses.data?.items ?? [],
    groups: groups.data?.items ?? [],
    suppliers: suppliers.data?.items ?? [],
  };
}
