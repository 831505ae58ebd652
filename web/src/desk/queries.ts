import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";

/** The strip's figures. The engine tells of most changes; the rest is asked every 3 s. */
export const figuresQuery = queryOptions({
  queryKey: ["desk", "figures"],
  queryFn: () => take(api.GET("/api/v1/desk/figures")),
  meta: { live: ["figures", "call", "task", "operator", "alarm", "escalation"] },
  refetchInterval: 3_000,
});

export const myQuery = queryOptions({
  queryKey: ["desk", "my"],
  queryFn: () => take(api.GET("/api/v1/desk/my")),
  meta: { live: ["call", "ticket", "task"] },
});

export const tasksQuery = queryOptions({
  queryKey: ["desk", "tasks"],
  queryFn: () => take(api.GET("/api/v1/desk/tasks")),
  meta: { live: ["task", "escalation"] },
  refetchInterval: 20_000,
});

export const alarmsQuery = queryOptions({
  queryKey: ["desk", "alarms"],
  queryFn: () => take(api.GET("/api/v1/alarms")),
  meta: { live: ["alarm"] },
});

/** What stands beside a call. Its record is written a moment after the ring: until then we ask again. */
export function callQuery(key: string) {
  return queryOptions({
    queryKey: ["desk", "call", key],
    queryFn: () => take(api.GET("/api/v1/desk/calls/{key}", { params: { path: { key } } })),
    enabled: key !== "",
    meta: { live: ["call", "ticket"] },
    retry: (failures, error) =>
      failures < 60 && error instanceof ApiError && (error.status === 404 || error.status === 0),
    retryDelay: 700,
  });
}

export function taskQuery(id: number) {
  return queryOptions({
    queryKey: ["desk", "task", id],
    queryFn: () => take(api.GET("/api/v1/desk/tasks/{id}", { params: { path: { id } } })),
    enabled: id > 0,
    meta: { live: ["task", "ticket", "escalation", "call"] },
  });
}

const OFFERED = 8;

/** Open requests by number or words, to link a call to one of them. */
export function findTicketsQuery(q: string, companyId: number) {
  return queryOptions({
    queryKey: ["desk", "find", q, companyId],
    queryFn: async ({ signal }) => {
      const query = { q, limit: OFFERED, ...(companyId ? { company_id: companyId } : {}) };
      const found = await take(api.GET("/api/v1/tickets", { params: { query }, signal }));
      while (found.items.length < OFFERED && found.next_cursor) {
        const on = { ...query, cursor: found.next_cursor }; // so far few: the search goes on
        const more = await take(api.GET("/api/v1/tickets", { params: { query: on }, signal }));
        found.items.push(...more.items.slice(0, OFFERED - found.items.length));
        found.next_cursor = more.next_cursor;
      }
      return found;
    },
    enabled: q.trim().length > 1,
    placeholderData: keepPreviousData,
  });
}
