/** What this person has not read of what was written about requests. */
import { useDocumentVisibility } from "@mantine/hooks";
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, take } from "../api/client";
import type { TicketEvent, TicketRow } from "../api/types";

/** What is kept under "tickets": pages of a list, and the figures of the dashboard, which have none. */
type Pages = { pages?: { items: TicketRow[] }[] };
type Talk = { items: TicketEvent[]; said: number };

/** Takes the mark off a request everywhere it is shown, and counts anew. */
function unmark(client: QueryClient, id: number) {
  client.setQueriesData<Pages>({ queryKey: ["tickets"] }, (all) => {
    if (!all?.pages?.some((p) => p.items.some((t) => t.id === id && t.unread > 0))) return all;
    const row = (t: TicketRow) => (t.id === id ? { ...t, unread: 0 } : t);
    return { ...all, pages: all.pages.map((p) => ({ ...p, items: p.items.map(row) })) };
  });
  client.setQueryData<Talk>(
    ["ticket-events", id],
    (talk) => talk && { ...talk, items: talk.items.map((e) => (e.is_unread ? { ...e, is_unread: false } : e)) },
  );
  void client.invalidateQueries({ queryKey: ["tickets-count"] });
  void client.invalidateQueries({
    predicate: ({ queryKey: [of, query] }) => of === "tickets" && (query as { unread?: boolean }).unread === true,
  });
}

/**
 * Marks what a card shows as read while a person can see it. The lines that were new to him stay marked until he
 * leaves; without a network they are unread at the next time.
 */
export function useRead(id: number, talk: Talk | undefined): ReadonlySet<number> {
  const client = useQueryClient();
  const isSeen = useDocumentVisibility() === "visible";
  const [fresh, setFresh] = useState<ReadonlySet<number>>(new Set());
  const more = talk?.items.filter((e) => e.is_unread && !fresh.has(e.id)) ?? [];
  if (more.length > 0) setFresh(new Set([...fresh, ...more.map((e) => e.id)]));
  const said = talk?.said ?? 0;
  const isUnread = talk?.items.some((e) => e.is_unread) ?? false;
  useEffect(() => {
    if (!isSeen || !isUnread) return;
    take(api.POST("/api/v1/tickets/{id}/read", { params: { path: { id } }, body: { said } })).then(
      () => unmark(client, id),
      () => undefined,
    );
  }, [client, id, said, isSeen, isUnread]);
  return fresh;
}

/** So many turns of the server's bound are asked for at one press. */
const TURNS = 20;

/** Marks everything as read, of one company or of all; says of how many requests. */
export function useReadAll() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (company: number) => {
      let read = 0;
      for (let turn = 0; turn < TURNS; turn++) {
        const told = await take(api.POST("/api/v1/tickets/read", { params: { query: { company_id: company } } }));
        read += told.n;
        if (!told.more) break;
      }
      return read;
    },
    onSettled: () => {
      for (const of of ["tickets", "tickets-count", "ticket-events"]) void client.invalidateQueries({ queryKey: [of] });
    },
  });
}
