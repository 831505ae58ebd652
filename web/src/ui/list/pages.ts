import {
  useInfiniteQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from "@tanstack/react-query";
import type { Topic } from "../../live/live";

/** A list this long is not fetched again at each change: the person is told, and asks for it. */
export const LONG = 10;

export type PageOf<T> = { items: T[]; next_cursor?: string | null };
export type Pages<T> = UseInfiniteQueryResult<InfiniteData<PageOf<T>, string>, Error>;

/** Pages of a live list by cursor, under the key [name, query]. */
export function usePages<T>(
  name: string,
  query: object,
  topic: Topic,
  fetch: (page: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<PageOf<T>>,
): Pages<T> {
  const pages = useQueryClient().getQueryData<{ pages: unknown[] }>([name, query])?.pages.length ?? 0;
  return useInfiniteQuery({
    queryKey: [name, query],
    queryFn: ({ pageParam, signal }) => fetch({ limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
    meta: { live: pages > LONG ? [] : [topic] },
  });
}

/** Keeps the first page of a list and fetches it again. */
export function useFromStart(name: string) {
  const client = useQueryClient();
  return (query: object) => {
    client.setQueryData<{ pages: unknown[]; pageParams: unknown[] }>(
      [name, query],
      (all) => all && { pages: all.pages.slice(0, 1), pageParams: all.pageParams.slice(0, 1) },
    );
    void client.invalidateQueries({ queryKey: [name, query] });
  };
}
