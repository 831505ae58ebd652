import { Button, Select, Skeleton, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dayIn, momentIn, momentOf, phoneOf, timeOf } from "../time/format";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useHouses, useOnDuty, useWorkTypes, type DutyWatch } from "./api";
import { useNowText } from "./state";
import { omit, type OnDutySearch } from "./search";
import { useWords } from "./words";
import "./staff.css";

/** Who stands by at a moment, and whom the system would call. */
export function OnDutyPage() {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/settings/on-duty" });
  const go = (next: OnDutySearch) => void navigate({ to: "/settings/on-duty", search: next, replace: true });
  const fixed = search.day !== undefined || search.time !== undefined;
  const day = search.day ?? dayIn(now, me.zone);
  const time = search.time ?? timeOf(now, me.zone);
  const query = useOnDuty(fixed ? momentIn(me.zone, day, time) : undefined, search.work ?? 0, search.house ?? 0);
  const noWork = omit(search, "work");
  const noHouse = omit(search, "house");
  const noMoment = omit(search, "day", "time");
  const works = useWorkTypes();
  const houses = useHouses();
  return (
    <SettingsPage title={w.duty.title} about={w.duty.about} wide>
      <div className="row" role="search" style={{ flexWrap: "wrap", alignItems: "flex-end" }}>
        <TextInput
          size="xs"
          type="date"
          label={w.duty.day}
          value={day}
          onChange={(e) => e.currentTarget.value && go({ ...search, day: e.currentTarget.value, time })}
        />
        <TextInput
          size="xs"
          type="time"
          label={w.duty.time}
          value={time}
          onChange={(e) => e.currentTarget.value && go({ ...search, day, time: e.currentTarget.value })}
        />
        <Button size="xs" variant="default" disabled={!fixed} onClick={() => go(noMoment)}>
          {w.duty.now}
        </Button>
        <Select
          size="xs"
          w={200}
          label={w.work}
          placeholder={w.anyWork}
          searchable
          clearable
          data={(works.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.name }))}
          value={search.work ? String(search.work) : null}
          onChange={(v) => go(v ? { ...noWork, work: Number(v) } : noWork)}
        />
        <Select
          size="xs"
          w={220}
          label={w.duty.house}
          placeholder={w.anyHouse}
          searchable
          clearable
          limit={100}
          data={(houses.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.address }))}
          value={search.house ? String(search.house) : null}
          onChange={(v) => go(v ? { ...noHouse, house: Number(v) } : noHouse)}
        />
      </div>
      {query.isError && !query.data ? (
        <Failed error={query.error} title={w.duty.failed} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Late>
          <Skeleton h={120} animate={false} />
        </Late>
      ) : (
        <Standing watch={query.data} at={w.duty.at(momentOf(query.data.at, me.zone, now))} />
      )}
    </SettingsPage>
  );
}

function Standing({ watch, at }: { watch: DutyWatch; at: string }) {
  const w = useWords();
  const text = useNowText(watch.at);
  const present = watch.people.filter((p) => p.on_duty);
  const absent = watch.people.filter((p) => !p.on_duty);
  const list = (people: DutyWatch["people"]) => (
    <div className="lines">
      {people.map((p) => (
        <div className="row" key={p.member_id} style={{ alignItems: "baseline" }}>
          <span className={p.on_duty ? "state-dot on" : "state-dot"} aria-hidden />
          <span className="grow">
            <b>{p.name}</b> <span className="t3">{p.position}</span>
            <div className="t2 s13">{text(p)}</div>
          </span>
          {p.level > 0 && <span className="chip">{w.level(p.level)}</span>}
        </div>
      ))}
    </div>
  );
  return (
    <>
      <Panel title={w.duty.chain} right={<span className="s12 t2">{at}</span>}>
        {watch.executors.length === 0 && !watch.responsible ? (
          <Empty title={w.duty.nobody}>{w.duty.nobodyMore}</Empty>
        ) : (
          <div className="lines">
            {watch.executors.map((p) => (
              <div className="row" key={p.level} style={{ alignItems: "baseline" }}>
                <span className="chip">{w.level(p.level)}</span>
                <span className="grow">
                  <b>{p.name}</b>{" "}
                  <span className="t2">
                    {p.on_duty ? p.phones.map(phoneOf).join(", ") || w.duty.noPhoneNow : w.duty.skipped}
                  </span>
                </span>
              </div>
            ))}
            {watch.responsible && (
              <div className="row" style={{ alignItems: "baseline" }}>
                <span className="chip">{w.responsible}</span>
                <span className="grow">
                  <b>{watch.responsible.name}</b>{" "}
                  <span className="t2">{watch.responsible.phones.map(phoneOf).join(", ") || w.duty.noPhoneNow}</span>
                </span>
              </div>
            )}
            <div className="quiet">{w.duty.chainNote}</div>
          </div>
        )}
      </Panel>
      <Panel title={`${w.duty.present} · ${present.length}`}>
        {present.length === 0 ? <Note tone="plan">{w.duty.none}</Note> : list(present)}
      </Panel>
      {absent.length > 0 && <Panel title={`${w.duty.absent} · ${absent.length}`}>{list(absent)}</Panel>}
    </>
  );
}
