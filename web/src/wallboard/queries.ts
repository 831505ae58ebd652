import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../api/client";

/** The wallboard. The engine and the database tell of changes; the rest is asked every 3 s. */
export const wallboardQuery = queryOptions({
  queryKey: ["wallboard"],
  queryFn: () => take(api.GET("/api/v1/desk/wallboard")),
  meta: { live: ["figures", "call", "task", "operator", "alarm", "escalation", "ticket"] },
  refetchInterval: 3_000,
});
