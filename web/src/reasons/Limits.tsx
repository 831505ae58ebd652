import { ActionIcon, Button, Checkbox, NumberInput, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useLang } from "../i18n/i18n";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Note } from "../ui/blocks";
import { STAGES, useWeighed, type Body, type Condition, type Limit, type Rule, type Stage, type Weighed } from "./api";
import { blank, clockOf, dayOf, kindOf, monthDay, put, type ConditionKind } from "./draft";
import type { PartProps } from "./part";
import { useWords } from "./words";

/** Limits with their conditions, the law beside each, a warning where the company gives more time. */
export function Limits({ draft, set, at, of }: PartProps & { of: { code: string; is_own: boolean } }) {
  const w = useWords();
  const weighed = useWeighed({ ...of, kind: draft.kind }, draft.rules);
  if (draft.kind === "consultation") return <Note>{w.limits.consultation}</Note>;
  return (
    <>
      <p className="quiet">
        {w.limits.note} {w.limits.facts}
      </p>
      {STAGES.map((stage) => (
        <StageRule
          key={stage}
          stage={stage}
          rule={draft.rules[stage]}
          weighed={weighed.data?.items.find((x) => x.stage === stage)}
          at={(field) => at(`rules.${stage}.${field}`)}
          onChange={(rule) => set({ rules: { ...draft.rules, [stage]: rule } as Body["rules"] })}
        />
      ))}
    </>
  );
}

type StageProps = {
  stage: Stage;
  rule: Rule;
  weighed: Weighed | undefined;
  at: (field: string) => string | undefined;
  onChange: (rule: Rule) => void;
};

function StageRule({ stage, rule, weighed, at, onChange }: StageProps) {
  const w = useWords();
  const name = w.stage[stage];
  const me = useMe();
  const now = useNow();
  const variants = (next: Rule["variants"]) => onChange({ ...rule, variants: next });
  return (
    <section className="rs-stage" aria-label={name}>
      <h3>{name}</h3>
      <LimitFields
        name={name}
        limit={rule.base}
        at={(f) => at(`base.${f}`)}
        onChange={(base) => onChange({ ...rule, base })}
      />
      <Law weighed={weighed} due={weighed?.due ? momentOf(weighed.due, me.zone || "UTC", now) : undefined} />
      {rule.variants.map((v, i) => (
        <div className="rs-variant" key={i} role="group" aria-label={w.limits.when(i + 1)}>
          <div className="row wrap" style={{ alignItems: "flex-end" }}>
            <Select
              label={w.limits.when(i + 1)}
              w={220}
              allowDeselect={false}
              data={(["season", "temperature", "inputs"] as const).map((k) => ({
                value: k,
                label: w.limits.conditions[k],
              }))}
              value={kindOf(v.when)}
              onChange={(k) => variants(put(rule.variants, i, { when: blank[(k ?? "season") as ConditionKind] }))} // its data are the kinds
            />
            <When
              when={v.when}
              at={(f) => at(`variants[${i}].when${f}`)}
              onChange={(when) => variants(put(rule.variants, i, { when }))}
            />
            <span className="grow" />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={`${name}: ${w.limits.removeVariant(i + 1)}`}
              onClick={() => variants(rule.variants.filter((_, n) => n !== i))}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
          {at(`variants[${i}].when`) && <div className="field-error">{at(`variants[${i}].when`)}</div>}
          <LimitFields
            name={`${name}, ${w.limits.when(i + 1).toLowerCase()}`}
            limit={v}
            at={(f) => at(`variants[${i}].${f}`)}
            onChange={(limit) => variants(rule.variants.map((r, n) => (n === i ? { when: r.when, ...limit } : r)))}
          />
        </div>
      ))}
      <div className="row wrap">
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={rule.variants.length >= 6}
          onClick={() =>
            variants([...rule.variants, { when: blank.season, amount: rule.base.amount, unit: rule.base.unit }])
          }
        >
          {w.limits.addVariant}
        </Button>
        {rule.variants.length > 0 && <span className="s12 t2">{w.limits.first}</span>}
      </div>
    </section>
  );
}

function Law({ weighed, due }: { weighed: Weighed | undefined; due: string | undefined }) {
  const w = useWords();
  if (!weighed) return <div className="rs-law quiet" aria-hidden />;
  return (
    <>
      <div className="rs-law s13 t2">
        {weighed.law ? w.limits.law(weighed.law, weighed.reference) : w.limits.noLaw}
        {due && ` · ${w.limits.due(due)}`}
        {weighed.variants.map((v) => (
          <div key={v}>{v}</div>
        ))}
      </div>
      {weighed.warning && (
        <div role="status">
          <Note tone="plan">{w.limits.laxer(weighed.warning)}</Note>
        </div>
      )}
    </>
  );
}

type LimitProps = {
  name: string;
  limit: Limit;
  at: (field: string) => string | undefined;
  onChange: (limit: Limit) => void;
};

function LimitFields({ name, limit, at, onChange }: LimitProps) {
  const w = useWords();
  const { amount, unit, from = 0, till = 0 } = limit;
  const windowed = from !== till;
  const window = (a: number, b: number) => onChange(a === b ? { amount, unit } : { amount, unit, from: a, till: b });
  const units = (["minutes", "hours", "working_days"] as const).map((u) => ({ value: u, label: w.limits.units[u] }));
  return (
    <div className="row wrap" style={{ alignItems: "flex-start" }}>
      <NumberInput
        aria-label={w.limits.amount(name)}
        w={96}
        min={0}
        max={600000}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        value={amount}
        error={at("amount")}
        onChange={(n) => onChange({ ...limit, amount: Number(n) || 0 })}
      />
      <Select
        aria-label={w.limits.unit(name)}
        w={160}
        allowDeselect={false}
        data={units}
        value={unit}
        error={at("unit")}
        onChange={(u) => {
          const next = (u ?? unit) as Limit["unit"]; // its data are the units
          onChange(next === "working_days" || !windowed ? { amount, unit: next } : { amount, unit: next, from, till });
        }}
      />
      {unit !== "working_days" && (
        <Checkbox
          mt={8}
          label={w.limits.windowed}
          checked={windowed}
          onChange={(e) => (e.currentTarget.checked ? window(480, 1380) : window(0, 0))}
        />
      )}
      {windowed && (
        <>
          <Hour label={w.limits.fromOf(name)} value={from} error={at("from")} onChange={(m) => window(m, till)} />
          <Hour label={w.limits.tillOf(name)} value={till} onChange={(m) => window(from, m)} />
        </>
      )}
    </div>
  );
}

const halves = Array.from({ length: 49 }, (_, i) => i * 30);

function Hour(props: { label: string; value: number; error?: string | undefined; onChange: (minute: number) => void }) {
  const all = halves.includes(props.value) ? halves : [...halves, props.value].sort((a, b) => a - b);
  return (
    <Select
      aria-label={props.label}
      w={96}
      allowDeselect={false}
      data={all.map((m) => ({ value: String(m), label: clockOf(m) }))}
      value={String(props.value)}
      error={props.error}
      onChange={(m) => props.onChange(Number(m ?? props.value))}
    />
  );
}

type WhenProps = { when: Condition; at: (field: string) => string | undefined; onChange: (when: Condition) => void };

function When({ when, at, onChange }: WhenProps) {
  const w = useWords();
  const degrees = (field: "temp_from" | "temp_below", label: string) => (
    <NumberInput
      label={label}
      w={96}
      hideControls
      decimalSeparator=","
      value={when[field] ?? ""}
      error={at(`.${field}`)}
      onChange={(n) => {
        const { [field]: _, ...rest } = when;
        onChange(n === "" ? rest : { ...rest, [field]: Number(n) });
      }}
    />
  );
  switch (kindOf(when)) {
    case "season":
      return (
        <>
          <Day
            edge={w.limits.seasonFrom}
            value={when.season_from}
            error={at(".season_from")}
            onChange={(d) => onChange({ ...when, season_from: d })}
          />
          <Day
            edge={w.limits.seasonTill}
            value={when.season_till}
            error={at(".season_till")}
            onChange={(d) => onChange({ ...when, season_till: d })}
          />
        </>
      );
    case "temperature":
      return (
        <>
          {degrees("temp_from", w.limits.tempFrom)}
          {degrees("temp_below", w.limits.tempBelow)}
        </>
      );
    case "inputs":
      return (
        <NumberInput
          label={w.limits.inputs}
          w={96}
          min={1}
          max={9}
          allowDecimal={false}
          value={when.inputs ?? 1}
          error={at(".inputs")}
          onChange={(n) => onChange({ inputs: Number(n) || 1 })}
        />
      );
  }
}

function Day(props: {
  edge: string;
  value: string | undefined;
  error: string | undefined;
  onChange: (md: string) => void;
}) {
  const w = useWords();
  const lang = useLang();
  const { day, month } = dayOf(props.value);
  const name = new Intl.DateTimeFormat(lang, { month: "long", timeZone: "UTC" });
  return (
    <div className="row" style={{ gap: 4, alignItems: "flex-end" }}>
      <NumberInput
        label={w.limits.day(props.edge)}
        w={84}
        min={1}
        max={31}
        allowDecimal={false}
        hideControls
        value={day}
        error={props.error}
        onChange={(n) => props.onChange(monthDay(Number(n), month))}
      />
      <Select
        label={w.limits.month(props.edge)}
        w={130}
        allowDeselect={false}
        data={Array.from({ length: 12 }, (_, i) => ({
          value: String(i + 1),
          label: name.format(Date.UTC(2024, i, 1)),
        }))}
        value={String(month)}
        onChange={(m) => props.onChange(monthDay(day, Number(m ?? month)))}
      />
    </div>
  );
}
