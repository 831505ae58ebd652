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

/** Open requests by number or words, to link a call to one of them. */
export function findTicketsQuery(q: string, companyId: number) {
  return queryOptions({
    queryKey: ["desk", "find", q, companyId],
    queryFn: () =>
      take(
        api.GET("/api/v1/tickets", {
          params: { query: { q, limit: 8, ...(companyId ? { company_id: companyId } : {}) } },
        }),
      ),
    enabled: q.trim().length > 1,
    placeholderData: keepPreviousData,
  });
}
