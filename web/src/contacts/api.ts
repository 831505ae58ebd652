/** Residents' numbers over the typed client. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";

type S = components["schemas"];
export type Contact = S["ContactRow"];
export type Mark = S["ContactMark"]["mark"];
export type ContactsSearch = { q?: string; moved?: true };

/** The URL's part of the list. */
export function readContactsSearch(raw: Record<string, unknown>): ContactsSearch {
  const out: ContactsSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") out.q = raw.q.slice(0, 100);
  if (raw.moved === true || raw.moved === "true") out.moved = true;
  return out;
}

/** The company whose contacts are shown: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useContacts(search: ContactsSearch) {
  const query = {
    company_id: useCompanyId(),
    ...(search.q ? { q: search.q } : {}),
    ...(search.moved ? { moved_away: true } : {}),
  };
  return useInfiniteQuery({
    queryKey: ["contacts", query],
    queryFn: ({ pageParam, signal }) =>
      take(api.GET("/api/v1/contacts", { params: { query: { ...query, cursor: pageParam } }, signal })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
}

export function useHouseSearch(q: string) {
  const company_id = useCompanyId();
  return useQuery({
    queryKey: ["house-search", company_id, q],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/buildings/search", { params: { query: { q, company_id } }, signal })),
    enabled: q.trim().length >= 2,
  });
}

function useChanged<V, R>(write: (v: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["contacts"] }),
  });
}

export function useAddContact() {
  return useChanged((body: S["NewContact"]) => take(api.POST("/api/v1/contacts", { body })));
}

export function useMark() {
  return useChanged(({ id, mark }: { id: number; mark: Mark }) =>
    take(api.POST("/api/v1/contacts/{id}/mark", { params: { path: { id } }, body: { mark } })),
  );
}

export function useErase() {
  const company_id = useCompanyId();
  return useChanged((phone: string) => take(api.POST("/api/v1/contacts/erase", { body: { company_id, phone } })));
}
