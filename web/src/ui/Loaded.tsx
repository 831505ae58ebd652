import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { Failed } from "./blocks";
import { Late } from "./Late";

type Query<T> = { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
type Props<T> = {
  query: Query<T>;
  /** What did not load. */
  failed: string;
  /** Of what stands there until it is loaded, px. */
  height: number;
  children: ReactNode | ((data: T) => ReactNode);
};

/** The part of a page that waits for its data: on their way, not come, or here. */
export function Loaded<T>({ query, failed, height, children }: Props<T>) {
  if (query.data !== undefined) return typeof children === "function" ? children(query.data) : children;
  if (query.isError) return <Failed error={query.error} title={failed} retry={() => void query.refetch()} />;
  return (
    <Late>
      <Skeleton h={height} animate={false} />
    </Late>
  );
}
