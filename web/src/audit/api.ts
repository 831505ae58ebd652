/** The audit journal over the typed client. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { momentIn } from "../time/format";
import type { AuditSearch } from "./search";

export type AuditRow = components["schemas"]["AuditRow"];

/** Days of the search are days in the zone of the company; `to` is the last day shown. */
export function queryOf(s: AuditSearch, zone: string) {
  return {
    ...(s.user ? { user_id: s.user } : {}),
    ...(s.area ? { area: s.area } : {}),
    ...(s.object ? { object: s.object } : {}),
    ...(s.q ? { q: s.q } : {}),
    ...(s.from ? { from: momentIn(zone, s.from, "00:00") } : {}),
    ...(s.to ? { to: momentIn(zone, dayAfter(s.to), "00:00") } : {}),
  };
}

function dayAfter(day: string): string {
  const [y = 0, m = 1, d = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(y, m - 1, d + 1)).toISOString().slice(0, 10);
}

/** Pages of the journal, newest first. */
export function useAudit(s: AuditSearch, zone: string) {
  const query = queryOf(s, zone);
  return useInfiniteQuery({
    queryKey: ["audit", query],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/v1/audit", {
          params: { query: { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
}

/** Those who stand in the journal. */
export function useAuditPeople() {
  return useQuery({ queryKey: ["audit-people"], queryFn: () => take(api.GET("/api/v1/audit/people")) });
}
