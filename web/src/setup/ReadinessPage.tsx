import { Button, Progress, Skeleton } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { Failed, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useCompanyId, useReadiness, type Readiness, type Step } from "./api";
import { useWords } from "./words";
import "./setup.css";

type Group = "company" | "houses" | "staff" | "reasons" | "routing" | "users";

/** The order of setting up, and where each step is mended. */
const plan: readonly { group: Group; steps: Partial<Record<Step["key"], string>> }[] = [
  {
    group: "company",
    steps: {
      lines: "/settings/announcements",
      carriers: "/settings/announcements",
      greetings: "/settings/announcements",
      greeting: "/settings/announcements",
      dials: "/settings/calling",
    },
  },
  {
    group: "houses",
    steps: {
      houses: "/settings/houses",
      units: "/settings/houses",
      passports: "/settings/houses",
      contacts: "/settings/contacts",
    },
  },
  { group: "staff", steps: { staff: "/settings/staff", phones: "/settings/staff", schedules: "/settings/schedule" } },
  {
    group: "reasons",
    steps: { reasons: "/settings/reasons", terms: "/settings/reasons", suppliers: "/settings/suppliers" },
  },
  {
    group: "routing",
    steps: { responsible: "/settings/routing", coverage: "/settings/coverage", levels: "/settings/coverage" },
  },
  { group: "users", steps: { admin: "/settings/users", users: "/settings/users" } },
];

/** What is missing before the launch, each line with the way to mend it. */
export function ReadinessPage() {
  const navigate = useNavigate();
  return <ReadinessView go={(href) => void navigate({ href })} />;
}

/** The page without its address. */
export function ReadinessView({ go }: { go: (href: string) => void }) {
  const w = useWords();
  const query = useReadiness(useCompanyId());
  return (
    <SettingsPage title={w.title} about={w.about}>
      {query.isError && !query.data ? (
        <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Late>
          <Skeleton h={240} animate={false} />
        </Late>
      ) : (
        <Report report={query.data} go={go} />
      )}
    </SettingsPage>
  );
}

function Report({ report, go }: { report: Readiness; go: (href: string) => void }) {
  const w = useWords();
  const left = report.items.filter((x) => !x.is_done).length;
  return (
    <>
      <div className="ready-bar" role="status">
        <div className="row">
          <b className="grow">{w.percent(report.percent)}</b>
          <span className="t2">{left === 0 ? w.ready : w.left(left)}</span>
        </div>
        <Progress value={report.percent} color={left === 0 ? "green" : "blue"} aria-label={w.percent(report.percent)} />
      </div>
      {plan.map(({ group, steps }) => {
        const rows = report.items.filter((x) => steps[x.key] !== undefined);
        return (
          rows.length > 0 && (
            <Panel key={group} title={w.groups[group]} flush>
              <ul className="ready-steps">
                {rows.map((x) => (
                  <li key={x.key}>
                    {x.is_done ? (
                      <IconCircleCheckFilled size={20} className="ready-done" aria-label={w.done} />
                    ) : (
                      <IconCircle size={20} className="ready-not" aria-label={w.notDone} />
                    )}
                    <span className="grow">
                      {w.steps[x.key]}
                      {!x.is_done && x.total > 1 && <div className="t2 s13">{w.of(x.missing, x.total)}</div>}
                    </span>
                    <Button
                      size="compact-sm"
                      variant={x.is_done ? "subtle" : "default"}
                      color="gray"
                      aria-label={`${x.is_done ? w.view : w.mend}: ${w.steps[x.key]}`}
                      onClick={() => go(steps[x.key] ?? "/settings")}
                    >
                      {x.is_done ? w.view : w.mend}
                    </Button>
                  </li>
                ))}
              </ul>
            </Panel>
          )
        );
      })}
    </>
  );
}
