import { Button, NumberInput, Select, Skeleton } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { may, useMe } from "../session/session";
import { useCompanyId } from "../setup/api";
import { useNow } from "../time/clock";
import { dateOf, shortOf } from "../time/format";
import { Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useConfirmExpiry, useSetTerm, useTerm, type Term } from "./api";
import { useWords } from "./words";

/** Terms in days that are offered by name. */
const PRESETS = [
  [90, "quarter"],
  [180, "half"],
  [365, "year"],
  [1095, "three"],
  [1825, "five"],
] as const;

/** How long a company keeps its recordings, what there is, and what was removed. */
export function RecordingsPage() {
  const w = useWords();
  const company = useCompanyId();
  const query = useTerm(company);
  return (
    <SettingsPage title={w.title} about={w.about}>
      {query.isError && !query.data ? (
        <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Late>
          <Skeleton h={240} animate={false} />
        </Late>
      ) : (
        <>
          <TermForm key={query.data.version} term={query.data} company={company} />
          <State term={query.data} company={company} />
          <Sweeps term={query.data} />
        </>
      )}
    </SettingsPage>
  );
}

function TermForm({ term, company }: { term: Term; company: number }) {
  const w = useWords();
  const canWrite = may(useMe(), "company.write");
  const save = useSetTerm(company);
  const refusal = useRefusal(save.error);
  const said = useSaid();
  const [days, setDays] = useState(term.days);
  const [own, setOwn] = useState(!PRESETS.some(([d]) => d === term.days));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    save.mutate({ days, version: term.version }, { onSuccess: () => said(w.saved) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Panel title={w.term}>
        <div className="col">
          {!canWrite && <Note>{w.readOnly}</Note>}
          <div className="row wrap" style={{ alignItems: "flex-start" }}>
            <Select
              label={w.term}
              allowDeselect={false}
              disabled={!canWrite}
              data={[
                ...PRESETS.map(([d, name]) => ({ value: String(d), label: w.presets[name] })),
                { value: "0", label: w.own },
              ]}
              value={own ? "0" : String(days)}
              onChange={(v) => {
                setOwn(v === "0");
                if (v && v !== "0") setDays(Number(v));
              }}
            />
            {own && (
              <NumberInput
                label={w.days}
                min={1}
                max={3650}
                allowDecimal={false}
                disabled={!canWrite}
                value={days || ""}
                error={refusal.at("days")}
                onChange={(v) => setDays(Number(v) || 0)}
              />
            )}
          </div>
          <div className="s13 t2">{w.law(term.law_days)}</div>
          {days < term.law_days && <Note tone="plan">{w.less}</Note>}
          <Rest of={refusal} whole />
          {canWrite && (
            <div className="row">
              <Button type="submit" className="btn-primary" loading={save.isPending}>
                {w.save}
              </Button>
            </div>
          )}
        </div>
      </Panel>
    </form>
  );
}

function State({ term, company }: { term: Term; company: number }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const confirm = useConfirmExpiry(company);
  const refusal = useRefusal(confirm.error);
  return (
    <Panel title={w.now}>
      <div className="col s13">
        <div>{term.count === 0 ? w.none : w.count(term.count, w.size(term.bytes))}</div>
        {term.oldest && <div className="t2">{w.oldest(dateOf(term.oldest, me.zone, now))}</div>}
        {term.held > 0 && <div className="t2">{w.held(term.held)}</div>}
        {term.waiting > 0 ? (
          <Note tone="plan">{w.waiting(term.due, term.waiting)}</Note>
        ) : (
          term.due > 0 && <Note>{w.due(term.due)}</Note>
        )}
        <Rest of={refusal} whole />
        {term.waiting > 0 && may(me, "company.write") && (
          <div className="row">
            <Button
              variant="default"
              loading={confirm.isPending}
              onClick={() => confirm.mutate(term.due, { onSuccess: () => said(w.confirmed) })}
            >
              {w.confirm(term.due)}
            </Button>
          </div>
        )}
        <div className="t2">{w.holdHint}</div>
      </div>
    </Panel>
  );
}

function Sweeps({ term }: { term: Term }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  return (
    <Panel title={w.sweeps}>
      <div className="col s13">
        {term.sweeps.length === 0 && <div className="t2">{w.noSweeps}</div>}
        {term.sweeps.map((s) => (
          <div key={s.at} className="row wrap">
            <time className="t2 nw num" dateTime={s.at}>
              {shortOf(s.at, me.zone, now)}
            </time>
            <span>
              {[
                w.swept(s.removed, w.size(s.bytes)),
                s.failed > 0 && w.sweptFailed(s.failed),
                s.waiting > 0 && w.sweptWaiting(s.waiting),
              ]
                .filter(Boolean)
                .join(", ")}
            </span>
          </div>
        ))}
      </div>
    </Panel>
  );
}
