import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { api, take } from "../api/client";
import type { ReasonRow } from "../api/types";
import type { Answers } from "./form";

/** The shortest text that is worth a search. */
export const SHORTEST = 3;
const PAUSE = 120;

/** Houses by what was typed; company 0 looks through every company the person may see. */
export function useAddressSearch(typed: string, companyId: number) {
  const [q] = useDebouncedValue(typed.trim(), PAUSE);
  const on = q.length >= SHORTEST;
  const found = useQuery({
    queryKey: ["buildings", "search", companyId, q],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/buildings/search", { params: { query: { q, company_id: companyId, limit: 8 } }, signal })),
    enabled: on,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return {
    q,
    items: on ? (found.data?.items ?? []) : [],
    isSettled: on && q === typed.trim() && found.isSuccess && !found.isPlaceholderData,
    isFailed: on && found.isError,
  };
}

/** Reasons by words of people, best first, of one company's catalogue. */
export function useReasonSearch(typed: string, companyId: number | null) {
  const [q] = useDebouncedValue(typed.trim(), PAUSE);
  const on = q.length >= SHORTEST && companyId !== null;
  const found = useQuery({
    queryKey: ["reasons", "search", companyId, q],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/reasons/search", { params: { query: { q, company_id: companyId ?? 0, limit: 8 } }, signal }),
      ),
    enabled: on,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return {
    q,
    items: on ? (found.data?.items ?? []) : [],
    isSettled: on && q === typed.trim() && found.isSuccess && !found.isPlaceholderData,
    isFailed: on && found.isError,
  };
}

/** A house whole: flats, notes, door codes, open requests. */
export function useBuilding(id: number | null) {
  return useQuery({
    queryKey: ["building", id],
    queryFn: () => take(api.GET("/api/v1/buildings/{id}", { params: { path: { id: id ?? 0 } } })),
    enabled: id !== null,
    meta: { live: ["ticket"] as const },
  });
}

/**
 * What the system would decide for this house and reason now. Limits may depend on numbers among the answers (the
 * temperature in the flat), so those are sent.
 */
export function usePreview(
  companyId: number | undefined,
  buildingId: number | undefined,
  reason: ReasonRow | null | undefined,
  answers: Answers,
) {
  const reasonId = reason?.id;
  const numbers = (reason?.questions ?? []).filter((q) => q.type === "number" && answers[q.id]);
  const told = numbers.map((q) => ({ id: q.id, value: answers[q.id] ?? "" }));
  const [settled] = useDebouncedValue(JSON.stringify(told), 300);
  return useQuery({
    queryKey: ["preview", companyId, buildingId, reasonId, settled],
    queryFn: () =>
      take(
        api.POST("/api/v1/tickets/preview", {
          body: {
            company_id: companyId ?? 0,
            building_id: buildingId ?? 0,
            reason_id: reasonId ?? 0,
            ...(told.length > 0 ? { answers: told } : {}),
          },
        }),
      ),
    enabled: Boolean(companyId && buildingId && reasonId),
    staleTime: 30_000,
    refetchInterval: 60_000, // the limits move with the clock
  });
}
