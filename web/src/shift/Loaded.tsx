import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { useWords } from "./words";

/** What a list shows before it is there. */
export function Loaded<T>({ of: query, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const w = useWords();
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />;
  return (
    <Late>
      <Skeleton h={160} animate={false} />
    </Late>
  );
}
