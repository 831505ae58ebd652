/** Queries and changes of the journal over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";
import type { NewTicket, TicketCard, TicketMove } from "../api/types";
import { usePages } from "../ui/list/pages";
import { queryOf, type JournalSearch } from "./search";

export type Choices = components["schemas"]["TicketChoices"];

/** The list's conditions with its order, as they are asked for. */
export function useListQuery(search: JournalSearch) {
  const { zone } = useMe();
  return { ...queryOf(search, zone), ...(search.order ? { order: search.order } : {}) };
}

/** Pages of the list in its order. */
export function useTickets(search: JournalSearch) {
  const query = useListQuery(search);
  return usePages("tickets", query, "ticket", (page, signal) =>
    take(api.GET("/api/v1/tickets", { params: { query: { ...query, ...page } }, signal })),
  );
}

/** How many the filter finds; capped at 1000. */
export function useCount(search: JournalSearch, enabled = true) {
  const { zone } = useMe();
  const query = queryOf(search, zone);
  return useQuery({
    queryKey: ["tickets-count", query],
    queryFn: ({ signal }) => take(api.GET("/api/v1/tickets/count", { params: { query }, signal })),
    placeholderData: (before) => before,
    enabled,
    meta: { live: ["ticket"] as const },
  });
}

export const ticketKey = (id: number) => ["ticket", id] as const;

/** A request whole. A change of its calls and steps refreshes it too. */
export function useTicket(id: number) {
  return useQuery({
    ...cardOf(id),
    meta: { live: ["ticket", "escalation", "task"] as const, id },
  });
}

const cardOf = (id: number) => ({
  queryKey: ticketKey(id),
  queryFn: () => take(api.GET("/api/v1/tickets/{id}", { params: { path: { id } } })),
});
const eventsOf = (id: number) => ({
  queryKey: ["ticket-events", id],
  queryFn: () => take(api.GET("/api/v1/tickets/{id}/events", { params: { path: { id } } })),
});

/** So many cards of one's own work are on the phone before they are opened. */
const BEFOREHAND = 30;
const STAYS = { staleTime: 0, gcTime: 24 * 60 * 60_000 };

/** Fetches the cards of a list that are not here as they are now: without a network they open too (J12). */
export function useBeforehand(rows: readonly { id: number; version: number }[]): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!navigator.onLine) return;
    for (const { id, version } of rows.slice(0, BEFOREHAND)) {
      if (client.getQueryData<TicketCard>(ticketKey(id))?.version === version) continue;
      void client.prefetchQuery({ ...cardOf(id), ...STAYS });
      void client.prefetchQuery({ ...eventsOf(id), ...STAYS });
    }
  }, [client, rows]);
}

/** Its line of time, oldest first. */
export function useEvents(id: number) {
  return useQuery({
    ...eventsOf(id),
    meta: { live: ["ticket", "call", "task", "escalation"] as const, id },
  });
}

/** How a card is kept after a change, or fetched again. */
export function useRefresh(id: number) {
  const client = useQueryClient();
  return {
    keep: (card: TicketCard) => {
      client.setQueryData(ticketKey(id), card);
      void client.invalidateQueries({ queryKey: ["ticket-events", id] });
      void client.invalidateQueries({ queryKey: ["tickets"] });
      void client.invalidateQueries({ queryKey: ["tickets-count"] });
    },
    again: () => {
      void client.invalidateQueries({ queryKey: ticketKey(id) });
      void client.invalidateQueries({ queryKey: ["ticket-events", id] });
    },
  };
}

/** Changes the state. 409: somebody was first, so the card is fetched again and the person decides anew. */
export function useMove(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: (body: TicketMove) => take(api.POST("/api/v1/tickets/{id}/move", { params: { path: { id } }, body })),
    onSuccess: refresh.keep,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}

/** The company's reasons of deferral that are offered, in its order. */
export function usePostponeReasons(companyId: number, enabled: boolean) {
  return useQuery({
    queryKey: ["postpone-reasons", companyId],
    queryFn: () => take(api.GET("/api/v1/postpone-reasons", { params: { query: { company_id: companyId } } })),
    select: (list) => list.items.filter((r) => !r.is_archived).map((r) => r.name),
    enabled,
  });
}

/** Takes a new request; the first one wins (R5). */
export function useAccept(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/tickets/{id}/accept", { params: { path: { id } } })),
    onSuccess: refresh.keep,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}

/** Takes back what has gone on to another meanwhile; the first one wins (F34, R5). */
export function useTakeBack(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: () =>
      take(api.POST("/api/v1/tickets/{id}/accept", { params: { path: { id }, query: { take_back: true } } })),
    onSuccess: refresh.keep,
  });
}

/** The executor cannot take a new request: it goes to the next one, and he does not see it any more. */
export function useRefuse(id: number) {
  const client = useQueryClient();
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: (body: { reason: string; version: number }) =>
      take(api.POST("/api/v1/tickets/{id}/refuse", { params: { path: { id } }, body })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["tickets"] });
      void client.invalidateQueries({ queryKey: ["tickets-count"] });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}

/** Writes a comment, for the staff or for the resident. */
export function useComment(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: (body: { text: string; is_for_resident: boolean }) =>
      take(api.POST("/api/v1/tickets/{id}/comments", { params: { path: { id } }, body })),
    onSuccess: refresh.again,
  });
}

/** Registers a request. Sent again with the same key it makes no second one. */
/** The same trouble: joins one more caller to a request that is there already. */
export function useJoin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: number } & components["schemas"]["NewTicketJoin"]) =>
      take(api.POST("/api/v1/tickets/{id}/join", { params: { path: { id } }, body })),
    onSuccess: (_, { id }) => client.invalidateQueries({ queryKey: ticketKey(id) }),
  });
}

export function useCreate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewTicket) => take(api.POST("/api/v1/tickets", { body })),
    onSuccess: (made) => {
      client.setQueryData(ticketKey(made.id), made);
      void client.invalidateQueries({ queryKey: ["tickets"] });
      void client.invalidateQueries({ queryKey: ["tickets-count"] });
      void client.invalidateQueries({ queryKey: ["building", made.building_id] });
    },
  });
}

/** Its executor has left: gives the request to the next one at work by the rules. */
export function useReassign(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: (version: number) =>
      take(api.POST("/api/v1/tickets/{id}/reassign", { params: { path: { id } }, body: { version } })),
    onSuccess: refresh.keep,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}

export type Whose = components["schemas"]["TicketAssign"]["what"];

/** Gives the request to a person chosen by hand. */
export function useAssign(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: (body: components["schemas"]["TicketAssign"]) =>
      take(api.POST("/api/v1/tickets/{id}/assign", { params: { path: { id } }, body })),
    onSuccess: refresh.keep,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}

/** The company whose directories the conditions are of: the one chosen, or the only one; 0: none yet. */
export function useCompanyOf(search: JournalSearch): number {
  const me = useMe();
  return me.company?.id ?? search.company ?? (me.companies.length === 1 ? (me.companies[0]?.id ?? 0) : 0);
}

/** By what a company's list may be narrowed, and to whom its requests may be given. */
export function useChoices(company: number, enabled = true) {
  return useQuery({
    queryKey: ["ticket-choices", company],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/ticket-choices", { params: { query: { company_id: company } }, signal })),
    enabled: enabled && company > 0,
    staleTime: 60_000,
  });
}

/** Puts labels on a request and takes others off. */
export function useLabel(id: number) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: (body: components["schemas"]["TicketLabels"]) =>
      take(api.POST("/api/v1/tickets/{id}/labels", { params: { path: { id } }, body })),
    onSuccess: refresh.keep,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}
