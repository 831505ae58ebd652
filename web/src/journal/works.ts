/** What a person does with the work itself and with the words of a request. */
import { useMutation } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";
import type { TicketCard } from "../api/types";
import { useRefresh } from "./api";

function useChange<V>(id: number, write: (v: V) => Promise<TicketCard>) {
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: write,
    onSuccess: refresh.keep,
    onError: (error) => {
      if (error instanceof ApiError && error.isConflict) refresh.again();
    },
  });
}

/** Breaks work off with a reason; the request stays in work. */
export function usePause(id: number) {
  return useChange(id, (body: { reason: string }) =>
    take(api.POST("/api/v1/tickets/{id}/pause", { params: { path: { id } }, body })),
  );
}

/** Takes work up again, or says that the accident does no more harm. */
export function useWork(id: number) {
  const params = { path: { id } };
  return useChange(id, (what: "resume" | "localise") =>
    what === "resume"
      ? take(api.POST("/api/v1/tickets/{id}/resume", { params }))
      : take(api.POST("/api/v1/tickets/{id}/localise", { params })),
  );
}

export type Edit = components["schemas"]["TicketEdit"];

/** Corrects words. 409: somebody was first in the same field; nothing is kept, and the card is fetched again. */
export function useEdit(id: number) {
  return useChange(id, (edits: Edit[]) =>
    take(api.POST("/api/v1/tickets/{id}/edit", { params: { path: { id } }, body: { edits } })),
  );
}
