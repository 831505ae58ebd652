import { Select, Skeleton } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { KINDS, STATUSES, type JournalSearch } from "../journal/search";
import { may, useMe } from "../session/session";
import { Failed, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { CallsPanel, FloorPanel } from "./NowPanels";
import { useWords } from "./words";
import "./dashboard.css";

type Figure = components["schemas"]["TicketFigure"];
type Group = "status" | "kind" | "due" | "postponed" | "tags";
const GROUPS: readonly Group[] = ["due", "status", "kind", "postponed", "tags"];

/** The list a figure stands for: the same conditions as the server counted by. */
export function listOf(group: Group, f: Figure, company?: number): JournalSearch {
  const of = company ? { company } : {};
  const status = STATUSES.find((s) => s === f.key);
  const kind = KINDS.find((k) => k === f.key);
  switch (group) {
    case "status":
      return { view: "all", ...(status ? { status: [status] } : {}), ...of };
    case "kind":
      return { view: "open", ...(kind ? { kind: [kind] } : {}), ...of };
    case "postponed":
      return { view: "all", postponed: f.key, ...of };
    case "tags":
      return { view: "open", tag: [f.tag_id], ...of };
    case "due":
      return { view: "open", ...(f.key === "overdue" || f.key === "soon" ? { [f.key]: true as const } : {}), ...of };
  }
}

/** What goes on now, in figures; each opens the list behind it (D1). */
export function DashboardPage() {
  const w = useWords();
  const me = useMe();
  const several = me.kind !== "company" && me.companies.length > 1;
  const [kept, setKept] = useLocalStorage<number>({ key: `d24.dashboard.company.${me.user.id}`, defaultValue: 0 });
  const company = several && me.companies.some((c) => c.id === kept) ? kept : 0;
  const figures = useQuery({
    queryKey: ["tickets", "figures", me.company?.id ?? company],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/tickets/figures", { params: { query: { company_id: company } }, signal })),
    placeholderData: (before) => before,
    meta: { live: ["ticket"] as const },
    refetchInterval: 60_000, // deadlines come by the clock
  });
  return (
    <div className="dashboard">
      <SettingsPage title={w.title} about={w.about} wide>
        {several && (
          <Select
            size="xs"
            className="dashboard-company"
            label={w.company}
            clearable
            searchable
            placeholder={w.everyCompany}
            data={me.companies.map((c) => ({ value: String(c.id), label: c.name }))}
            value={company ? String(company) : null}
            onChange={(c) => setKept(Number(c ?? 0))}
          />
        )}
        {figures.isError && !figures.data ? (
          <Failed error={figures.error} title={w.failed} retry={() => void figures.refetch()} />
        ) : !figures.data ? (
          <Late>
            <Skeleton h={200} animate={false} />
          </Late>
        ) : (
          <div className="dashboard-groups">
            {may(me, "call.read") && <CallsPanel company={company} />}
            <FloorPanel company={company} />
            {GROUPS.map((g) => (
              <GroupPanel key={g} group={g} figures={figures.data[g]} company={company} />
            ))}
          </div>
        )}
      </SettingsPage>
    </div>
  );
}

type GroupProps = { group: Group; figures: readonly Figure[]; company: number };

function GroupPanel({ group, figures, company }: GroupProps) {
  const w = useWords();
  const c = useCommon();
  const name = (f: Figure): string => {
    const status = STATUSES.find((s) => s === f.key);
    const kind = KINDS.find((k) => k === f.key);
    if (group === "status" && status) return c.status[status];
    if (group === "kind" && kind) return c.kind[kind];
    if (group === "due" && (f.key === "overdue" || f.key === "soon" || f.key === "open")) return w[f.key];
    return f.key;
  };
  return (
    <Panel title={w[group]}>
      {figures.length === 0 && <div className="quiet">{w.none}</div>}
      {figures.map((f) => (
        <Link
          key={`${f.key}-${f.tag_id}`}
          to="/journal"
          search={listOf(group, f, company)}
          className="dashboard-figure"
          data-testid={`figure-${group}-${f.tag_id || f.key}`}
        >
          {group === "tags" && <span className={`tag-dot ${f.colour}`} aria-hidden />}
          <span className="grow ell">{name(f)}</span>
          <b className={f.key === "overdue" && group === "due" && f.n > 0 ? "num k-emg" : "num"}>
            {f.capped ? w.capped : f.n}
          </b>
        </Link>
      ))}
    </Panel>
  );
}
