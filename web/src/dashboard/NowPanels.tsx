import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, take } from "../api/client";
import { useCallCount } from "../calls/api";
import type { CallSearch } from "../calls/search";
import { useCount } from "../journal/api";
import { may, useMe } from "../session/session";
import { serverNow } from "../time/clock";
import { dayIn } from "../time/format";
import { Panel } from "../ui/blocks";
import { useWords } from "./words";

type Counted = { count: number; capped: boolean } | undefined;

/** The calls of today and of this moment; each figure opens its list in the journal of calls (D1). */
export function CallsPanel({ company }: { company: number }) {
  const w = useWords();
  const { zone } = useMe();
  const from = dayIn(serverNow(), zone);
  const of = company ? { company } : {};
  return (
    <Panel title={w.calls}>
      <CallFigure name="today" search={{ direction: "inbound", from, ...of }} />
      <CallFigure name="going" search={{ result: "going", ...of }} />
      <CallFigure name="waiting" search={{ result: "waiting", ...of }} isBad />
      <CallFigure name="lost" search={{ direction: "inbound", result: "lost", from, ...of }} isBad />
      <CallFigure name="calledBack" search={{ result: "called_back", from, ...of }} />
    </Panel>
  );
}

type CallName = "today" | "going" | "waiting" | "lost" | "calledBack";

function CallFigure({ name, search, isBad = false }: { name: CallName; search: CallSearch; isBad?: boolean }) {
  const w = useWords();
  const count = useCallCount(search).data;
  return (
    <Link to="/calls" search={search} className="dashboard-figure" data-testid={`figure-calls-${name}`}>
      <span className="grow ell">{w.call[name]}</span>
      <Value count={count} isBad={isBad} />
    </Link>
  );
}

/** Emergencies that are being handed over, and who is there to do it. */
export function FloorPanel({ company }: { company: number }) {
  const w = useWords();
  const me = useMe();
  const of = company ? { company } : {};
  const handed = useCount({ view: "new", kind: ["emergency"], ...of }).data;
  const mayCalls = may(me, "call.read");
  const present = useQuery({
    queryKey: ["operators-present", company],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/desk/present", { params: { query: { company_id: company } }, signal })),
    enabled: mayCalls,
    meta: { live: ["operator", "call"] as const },
    refetchInterval: 30_000, // a company hears of calls, not of each operator
  }).data;
  return (
    <Panel title={w.floor}>
      <Link
        to="/journal"
        search={{ view: "new", kind: ["emergency"], ...of }}
        className="dashboard-figure"
        data-testid="figure-floor-handing"
      >
        <span className="grow ell">{w.handing}</span>
        <Value count={handed} isBad />
      </Link>
      {mayCalls &&
        (["on", "free", "talking", "away"] as const).map((key) => (
          <Operators key={key} name={key}>
            <span className="grow ell">{w.operators[key]}</span>
            <b className="num">{present?.[key] ?? "…"}</b>
          </Operators>
        ))}
    </Panel>
  );
}

/** Those who see the floor see its people; the others see the calls that go on. */
function Operators({ name, children }: { name: string; children: ReactNode }) {
  const me = useMe();
  const props = { className: "dashboard-figure", "data-testid": `figure-operators-${name}` };
  if (may(me, "desk.supervise"))
    return (
      <Link to="/wallboard" {...props}>
        {children}
      </Link>
    );
  return (
    <Link to="/calls" search={{ result: "going" }} {...props}>
      {children}
    </Link>
  );
}

function Value({ count, isBad }: { count: Counted; isBad: boolean }) {
  const w = useWords();
  const shown = count ? (count.capped ? w.capped : count.count) : "…";
  return <b className={isBad && (count?.count ?? 0) > 0 ? "num k-emg" : "num"}>{shown}</b>;
}
