import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { TicketCard } from "../api/types";
import { useChange } from "../live/useLive";
import { useMe } from "../session/session";
import type { Deed, Verb } from "./deed";
import { startKeeping } from "./keep";
import { outbox, type Sending } from "./outbox";

/** The deeds that wait, of one request or all. */
export function useDeeds(ticket?: number): readonly Deed[] {
  const all = useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  return useMemo(() => (ticket === undefined ? all : all.filter((d) => d.ticket === ticket)), [all, ticket]);
}

/** Does something with a request now or when there is a network. */
export function useLater(ticket: Pick<TicketCard, "id" | "number">): (verb: Verb) => Promise<Sending> {
  const me = useMe();
  return (verb) => outbox.add({ ...verb, user: me.user.id, ticket: ticket.id, number: ticket.number });
}

function take(client: QueryClient, d: Deed, card: TicketCard | undefined): void {
  if (card) client.setQueryData(["ticket", d.ticket], card);
  else void client.invalidateQueries({ queryKey: ["ticket", d.ticket] });
  void client.invalidateQueries({ queryKey: ["ticket-events", d.ticket] });
  void client.invalidateQueries({ queryKey: ["files", "ticket", d.ticket] });
  void client.invalidateQueries({ queryKey: ["tickets"] });
  void client.invalidateQueries({ queryKey: ["tickets-count"] });
}

/** Opens the queue and the keeping for the person signed in; once, in the frame. */
export function useOffline(): void {
  const me = useMe();
  const client = useQueryClient();
  useEffect(() => outbox.start(me.user.id, (d, card) => take(client, d, card)), [client, me.user.id]);
  useEffect(() => startKeeping(client, me), [client, me]);
  // the link came back: everything is told anew
  useChange(({ topic }) => {
    if (topic === "all") void outbox.flush();
  });
}
