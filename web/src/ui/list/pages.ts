import { useEffect } from "react";
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

const PAGE = 50;

/** Whether the last page is short though the list has not ended: it is still being looked through. */
export function isLooking<T>(pages: Pages<T>): boolean {
  return pages.hasNextPage && (pages.data?.pages.at(-1)?.items.length ?? PAGE) < PAGE;
}

/** Goes on by itself while pages are short: nobody can scroll to the end of what is not there. */
function useGoOn<T>(pages: Pages<T>): void {
  const { fetchNextPage, isFetching, isPlaceholderData, isFetchNextPageError } = pages;
  const goes = isLooking(pages) && !isFetching && !isPlaceholderData && !isFetchNextPageError;
  useEffect(() => {
    if (goes) void fetchNextPage({ cancelRefetch: false });
  }, [goes, fetchNextPage]);
}

/** Pages of a live list by cursor, under the key [name, query]. */
export function usePages<T>(
  name: string,
  query: object,
  topic: Topic,
  fetch: (page: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<PageOf<T>>,
): Pages<T> {
  const had = useQueryClient().getQueryData<{ pages: unknown[] }>([name, query])?.pages.length ?? 0;
  const pages: Pages<T> = useInfiniteQuery({
    queryKey: [name, query],
    queryFn: ({ pageParam, signal }) => fetch({ limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
    meta: { live: had > LONG ? [] : [topic] },
  });
  useGoOn(pages);
  return pages;
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
