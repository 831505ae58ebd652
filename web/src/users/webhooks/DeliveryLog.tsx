import { Button, SegmentedControl, Skeleton } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../../session/session";
import { useNow } from "../../time/clock";
import { fullOf } from "../../time/format";
import { Empty, Failed } from "../../ui/blocks";
import { Late } from "../../ui/Late";
import { Refused, useSaid } from "../../ui/settings";
import { useDeliveries, useRetry, type Delivery, type Webhook } from "./api";
import { useWords } from "./words";

/** What an address was told, and what it answered. */
export function DeliveryLog({ hook, writes }: { hook: Webhook; writes: boolean }) {
  const w = useWords();
  const said = useSaid();
  const [dead, setDead] = useState(false);
  const log = useDeliveries(hook.id, dead);
  const retry = useRetry(hook.id);
  const items = log.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <div className="col">
      <SegmentedControl
        aria-label={w.logOf(hook.name)}
        data={[
          { value: "all", label: w.all },
          { value: "dead", label: w.onlyDead },
        ]}
        value={dead ? "dead" : "all"}
        onChange={(v) => setDead(v === "dead")}
      />
      <Refused error={retry.error} />
      {log.isError && !log.data ? (
        <Failed error={log.error} title={w.logFailed} retry={() => void log.refetch()} />
      ) : !log.data ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : items.length === 0 ? (
        <Empty title={w.logEmpty}>{w.logEmptyText}</Empty>
      ) : (
        <ul className="users-list">
          {items.map((d) => (
            <Line
              key={d.id}
              delivery={d}
              onRetry={
                writes && d.state === "dead"
                  ? () => retry.mutate(d.id, { onSuccess: () => said(w.retried) })
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {log.hasNextPage && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {w.more}
        </Button>
      )}
    </div>
  );
}

function Line({ delivery: d, onRetry }: { delivery: Delivery; onRetry: (() => void) | undefined }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const more = [
    ...(d.tries ? [w.tries(d.tries)] : []),
    ...(d.note ? [d.note] : d.status ? [String(d.status)] : []),
    ...(d.next_at ? [w.next(fullOf(d.next_at, me.zone, now))] : []),
  ];
  return (
    <li>
      <span className="grow token-lines">
        <span>
          {w.kinds[d.kind] ?? d.kind} <span className="s12 t2">{fullOf(d.created_at, me.zone, now)}</span>
        </span>
        <span className={d.state === "dead" ? "s12 token-off b" : "s12 t2"}>
          {[w.states[d.state], ...more].join(" · ")}
        </span>
        <code className="s12 t2">{d.event}</code>
      </span>
      {onRetry && (
        <Button variant="default" size="xs" onClick={onRetry}>
          {w.retry}
        </Button>
      )}
    </li>
  );
}
