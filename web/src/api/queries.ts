import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";
import type { Topic } from "../live/live";

/** `meta: { live: ["ticket"], id }` on a query: it is fetched again when such a change is told (id: only of that row). */
declare module "@tanstack/react-query" {
  interface Register {
    queryMeta: { live?: readonly Topic[]; id?: number };
  }
}

/** The cache of server state. Refusals are not repeated; a broken way is tried again twice. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) =>
          failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      },
      mutations: { retry: false },
    },
  });
}
