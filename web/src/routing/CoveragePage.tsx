import { Button, Skeleton } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Empty, Failed, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useCompanyId, useCoverage, type Coverage, type Gap, type PersonGap } from "./api";
import { hoursText } from "./say";
import { useWords } from "./words";
import "./routing.css";

/** Where and when in the coming week nobody would take a request, each line with the way to mend it. */
export function CoveragePage() {
  const w = useWords();
  const navigate = useNavigate();
  return <CoverageView title={w.coverage.title} go={(href) => void navigate({ href })} />;
}

/** The page without its address. */
export function CoverageView({ title, go }: { title: string; go: (href: string) => void }) {
  const w = useWords();
  const query = useCoverage(useCompanyId());
  return (
    <SettingsPage title={title} about={w.coverage.about} wide>
      {query.isError && !query.data ? (
        <Failed error={query.error} title={w.coverage.failed} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : (
        <Report report={query.data} go={go} />
      )}
    </SettingsPage>
  );
}

function Report({ report: r, go }: { report: Coverage; go: (href: string) => void }) {
  const w = useWords();
  const c = w.coverage;
  const now = useNow();
  if (r.reasons === 0 || r.houses === 0) return <Empty title={c.nothing}>{c.nothingText}</Empty>;
  const checked = c.checked(r.reasons, r.houses, momentOf(r.to, r.zone, now));
  if (r.is_full) {
    return (
      <div className="covered" role="status">
        <IconCircleCheck size={28} aria-hidden />
        <div>
          <div className="b">{c.full}</div>
          <div className="s13">{checked}</div>
        </div>
      </div>
    );
  }
  return (
    <>
      <p className="quiet">{checked}</p>
      {r.gaps.length > 0 && (
        <Panel title={c.gaps} flush>
          <ul className="gaps">
            {r.gaps.map((g, i) => (
              <GapRow key={i} gap={g} go={go} />
            ))}
          </ul>
          {r.more > 0 && <p className="quiet gaps-more">{c.more(r.more)}</p>}
        </Panel>
      )}
      {r.people.length > 0 && (
        <Panel title={c.people} flush>
          <ul className="gaps">
            {r.people.map((p, i) => (
              <PersonRow key={i} gap={p} go={go} />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function GapRow({ gap: g, go }: { gap: Gap; go: (href: string) => void }) {
  const w = useWords();
  const c = w.coverage;
  const house = g.houses.is_all
    ? c.allHouses
    : (g.houses.group?.name ?? [...g.houses.names, ...rest(c, g.houses.count - g.houses.names.length)].join("; "));
  const always = g.minutes === 7 * 1440;
  return (
    <li>
      <span className={g.hole === "nobody" ? "chip emg" : "chip plan"}>{c.holes[g.hole]}</span>
      <span className="grow">
        {g.reasons.map((r) => (
          <div key={r.category}>
            {r.is_all
              ? c.allReasons(r.category, r.count)
              : c.someReasons(r.category, [...r.names, ...rest(c, r.count - r.names.length)].join("; "))}
          </div>
        ))}
        <div className="t2 s13">{house}</div>
        <div className="t2 s13">
          {always
            ? c.always
            : `${g.hours.map((h) => hoursText(w, h)).join("; ")} · ${c.hoursOfWeek(Math.round(g.minutes / 60))}`}
        </div>
      </span>
      {g.rule_id !== null ? (
        <Button size="compact-sm" variant="default" onClick={() => go(`/settings/routing?rule=${g.rule_id}`)}>
          {c.byRule(g.rule_id)}
        </Button>
      ) : (
        <span className="row" style={{ flexWrap: "wrap" }}>
          <Button size="compact-sm" variant="default" onClick={() => go("/settings/staff")}>
            {c.byCards}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => go(`/settings/routing?rule=new${g.houses.count === 1 ? `&house=${g.houses.ids[0]}` : ""}`)}
          >
            {c.addRule}
          </Button>
        </span>
      )}
    </li>
  );
}

function rest(c: ReturnType<typeof useWords>["coverage"], n: number): string[] {
  return n > 0 ? [c.moreNames(n)] : [];
}

function PersonRow({ gap: p, go }: { gap: PersonGap; go: (href: string) => void }) {
  const c = useWords().coverage;
  const name = p.member?.name ?? "";
  const rule = p.rule_id ?? 0;
  const said = {
    no_phone: c.noPhone(name),
    dials: c.dials(name, p.numbers, p.fit),
    dismissed: c.dismissed(name, rule),
    tie: c.tie(p.other_id ?? 0, rule),
  }[p.kind];
  return (
    <li>
      <span className="grow">{said}</span>
      {p.kind === "dismissed" || p.kind === "tie" ? (
        <Button size="compact-sm" variant="default" onClick={() => go(`/settings/routing?rule=${rule}`)}>
          {c.byRule(rule)}
        </Button>
      ) : (
        <Button size="compact-sm" variant="default" onClick={() => go(`/settings/staff?member=${p.member?.id}`)}>
          {c.person}
        </Button>
      )}
      {p.kind === "dials" && (
        <Button size="compact-sm" variant="default" onClick={() => go("/settings/calling")}>
          {c.settings}
        </Button>
      )}
    </li>
  );
}
