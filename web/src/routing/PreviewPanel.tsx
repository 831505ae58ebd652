import { Button, Select, TextInput } from "@mantine/core";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dayIn, momentIn, momentOf, timeOf } from "../time/format";
import { Failed, Panel } from "../ui/blocks";
import { KindMark } from "../ui/Kind";
import { useCompanyId, useHouses, usePreview, useReasons, type Preview, type Turn } from "./api";
import { without, type RoutingSearch } from "./search";
import { useWords } from "./words";

/** Pick a reason, a house and a moment: who would get it, by which channel, why, and who stands behind him. */
export function PreviewPanel({ search, go }: { search: RoutingSearch; go: (next: RoutingSearch) => void }) {
  const w = useWords();
  const p = w.preview;
  const me = useMe();
  const now = useNow();
  const company = useCompanyId();
  const reasons = useReasons(company);
  const houses = useHouses(company);
  const fixed = search.day !== undefined || search.time !== undefined;
  const day = search.day ?? dayIn(now, me.zone);
  const time = search.time ?? timeOf(now, me.zone);
  const { reason, house } = search;
  const query = usePreview(company, reason ?? 0, house ?? 0, fixed ? momentIn(me.zone, day, time) : undefined);
  return (
    <Panel title={p.title}>
      <div className="row" role="search" aria-label={p.title} style={{ flexWrap: "wrap", alignItems: "flex-end" }}>
        <Select
          size="xs"
          w={280}
          label={w.form.reason}
          searchable
          clearable
          limit={100}
          data={(reasons.data?.items ?? [])
            .filter((r) => r.kind !== "consultation")
            .map((r) => ({ value: String(r.id), label: r.name }))}
          value={reason ? String(reason) : null}
          onChange={(v) => go(v ? { ...search, reason: Number(v) } : without(search, "reason"))}
        />
        <Select
          size="xs"
          w={240}
          label={w.form.house}
          searchable
          clearable
          limit={100}
          data={(houses.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.address }))}
          value={house ? String(house) : null}
          onChange={(v) => go(v ? { ...search, house: Number(v) } : without(search, "house"))}
        />
        <TextInput
          size="xs"
          type="date"
          label={p.day}
          value={day}
          onChange={(e) => e.currentTarget.value && go({ ...search, day: e.currentTarget.value, time })}
        />
        <TextInput
          size="xs"
          type="time"
          label={p.time}
          value={time}
          onChange={(e) => e.currentTarget.value && go({ ...search, day, time: e.currentTarget.value })}
        />
        <Button size="xs" variant="default" disabled={!fixed} onClick={() => go(without(search, "day", "time"))}>
          {p.now}
        </Button>
      </div>
      {!reason || !house ? (
        <p className="quiet">{p.about}</p>
      ) : query.isError ? (
        <Failed error={query.error} title={p.failed} retry={() => void query.refetch()} />
      ) : (
        query.data && <Answer preview={query.data} onRule={(id) => go({ ...search, rule: id })} />
      )}
    </Panel>
  );
}

function Answer({ preview: x, onRule }: { preview: Preview; onRule: (id: number) => void }) {
  const w = useWords();
  const p = w.preview;
  const now = useNow();
  const at = (iso: string) => momentOf(iso, x.zone, now);
  const terms = [
    x.accept_by && p.accept(at(x.accept_by)),
    x.localise_by && p.localise(at(x.localise_by)),
    x.due_at && p.finish(at(x.due_at)),
  ].filter(Boolean);
  const first = x.turns.find((t) => t.member_id === x.executor?.id);
  return (
    <div className="preview" aria-live="polite">
      <div className="preview-main">
        <KindMark kind={x.kind} />
        <div className="grow">
          <div className="preview-name">{x.executor ? x.executor.name : p.nobody}</div>
          {first && <div className="t2 s13">{channels(w, first)}</div>}
        </div>
      </div>
      <dl className="preview-facts">
        <dt>{p.lead}</dt>
        <dd>{x.responsible?.name ?? p.notSet}</dd>
        {x.supplier && (
          <>
            <dt>{p.supplier}</dt>
            <dd>{x.supplier.name}</dd>
          </>
        )}
        <dt>{p.terms}</dt>
        <dd>{terms.length > 0 ? terms.join(", ") : p.noTerms}</dd>
        <dt>{p.why}</dt>
        <dd>
          {x.why.map((line) => (
            <div key={line}>{line}</div>
          ))}
          {x.rule_id !== null && (
            <Button size="compact-xs" variant="default" mt={4} onClick={() => onRule(x.rule_id ?? 0)}>
              {p.rule(x.rule_id)}
            </Button>
          )}
        </dd>
      </dl>
      <h3 className="preview-h">{p.behind}</h3>
      <ol className="preview-turns">
        {x.turns.map((t) => (
          <li key={t.level} className={t.is_skipped ? "skipped" : undefined}>
            <span className="chip">{w.level(t.level)}</span>
            <span className="grow">
              <b>{t.name}</b> <span className="t3">{t.position}</span>
              <div className="t2 s13">
                {[
                  x.kind === "emergency" ? p.turn(timeOf(t.at, x.zone)) : t !== first && !t.is_skipped ? p.refusal : "",
                  t.on_duty ? (t.is_skipped && !t.has_phone ? p.noPhone : p.onDuty) : p.offDuty,
                  t.is_skipped ? "" : channels(w, t),
                  t.in_place_of && p.inPlace(t.in_place_of),
                  t.others.length > 0 && p.others(t.others.join(", ")),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </div>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function channels(w: ReturnType<typeof useWords>, t: Turn): string {
  const p = w.preview;
  return t.channels.length > 0 ? t.channels.map((c) => p.channels[c] ?? c).join(", ") : p.journal;
}
