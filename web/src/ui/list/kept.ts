/** Kept lists over the typed client: of requests and of calls the same, each behind its own right. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";

type S = components["schemas"];
export type KeptView = S["TicketView"];
export type Of = "ticket" | "call";
const PATH = { ticket: "/api/v1/ticket-views", call: "/api/v1/call-views" } as const;
const ONE = { ticket: "/api/v1/ticket-views/{id}", call: "/api/v1/call-views/{id}" } as const;

export function useViewsKept(of: Of, company: number) {
  return useQuery({
    queryKey: ["views-kept", of, company],
    queryFn: () => take(api.GET(PATH[of], { params: { query: { company_id: company } } })),
    enabled: company > 0,
    meta: { live: ["view"] as const },
  });
}

function useViewChange<V, R>(of: Of, company: number, write: (v: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: ["views-kept", of, company] }),
  });
}

export function useKeepView(of: Of, company: number) {
  return useViewChange(of, company, (body: Omit<S["NewTicketView"], "company_id">) =>
    take(api.POST(PATH[of], { body: { ...body, company_id: company } })),
  );
}

export function useChangeView(of: Of, company: number) {
  return useViewChange(of, company, ({ id, ...body }: S["ChangedTicketView"] & { id: number }) =>
    take(api.PUT(ONE[of], { params: { path: { id } }, body })),
  );
}

export function useDropView(of: Of, company: number) {
  return useViewChange(of, company, (id: number) => take(api.DELETE(ONE[of], { params: { path: { id } } })));
}
