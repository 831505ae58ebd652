import { Skeleton } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Fragment, type CSSProperties, type ReactNode } from "react";
import { ApiError } from "../../api/client";
import { Empty, Failed, Panel } from "../blocks";
import { Late } from "../Late";
import type { List } from "./useBack";
import "./card.css";

type HeadProps = {
  toList: string;
  onBack: () => void;
  children: ReactNode;
  className?: string;
  style?: CSSProperties | undefined;
};

/** The head of a card: the way back to the list, and what the thing is. */
export function CardHead({ toList, onBack, children, className = "", style }: HeadProps) {
  return (
    <header className={`card-head ${className}`.trimEnd()} style={style}>
      <button type="button" className="bare card-back" aria-label={toList} onClick={onBack}>
        <IconChevronLeft size={20} aria-hidden />
      </button>
      {children}
    </header>
  );
}

type Query<T> = { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
type OneProps<T> = {
  query: Query<T>;
  /** The address names nothing that could be there. */
  never?: boolean;
  list: List;
  className: string;
  words: { missing: string; toList: string; failed: string };
  children: (data: T) => ReactNode;
};

/** One thing by its address: not there, not loaded, on its way, or whole. */
export function CardOf<T>({ query, never = false, list, className, words, children }: OneProps<T>) {
  const { data, error } = query;
  const status = error instanceof ApiError ? error.status : 0;
  if (never || status === 404 || (status === 422 && data === undefined))
    return <Empty title={words.missing} action={<Link to={list}>{words.toList}</Link>} />;
  if (data !== undefined) return children(data);
  if (query.isError) return <Failed error={error} title={words.failed} retry={() => void query.refetch()} />;
  return (
    <Late>
      <div className={className} aria-busy>
        <Skeleton h={28} w="60%" animate={false} />
        <Skeleton h={160} animate={false} />
      </div>
    </Late>
  );
}

export type Fact = readonly [name: string, value: ReactNode];
type FactsProps = { title: string; rows: readonly Fact[]; valueClass?: string };

/** What is known of a thing, a line each; what is not known has no line. */
export function Facts({ title, ...list }: FactsProps) {
  return (
    <Panel title={title}>
      <FactList {...list} />
    </Panel>
  );
}

/** The lines alone. */
export function FactList({ rows, valueClass }: Omit<FactsProps, "title">) {
  return (
    <dl className="kv">
      {rows.map(
        ([name, value]) =>
          value && (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd className={valueClass}>{value}</dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}
