import { ActionIcon, Button, Drawer, MultiSelect, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { Running } from "../ui/after";
import { Note } from "../ui/blocks";
import { useFocusBack } from "../ui/focus";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useHouses, usePeople, useReasons, useSaveRule, useWorks, type Hours, type Rule, type RuleName } from "./api";
import { bodyOf, draftOf, lacking, type Draft } from "./form";
import type { RoutingSearch } from "./search";
import { useWords } from "./words";

type Props = {
  rule: Rule | undefined;
  groups: RuleName[];
  suppliers: RuleName[];
  company: number;
  canWrite: boolean;
  /** Where the person came from: a gap of coverage names the reason and the house. */
  start: RoutingSearch;
  onClose: () => void;
};

const options = (items: readonly { id: number; name: string }[]) =>
  items.map((x) => ({ value: String(x.id), label: x.name }));

/** The editor of a rule: which requests, which houses, when, who. */
export function RuleDrawer({ rule, groups, suppliers, company, canWrite, start, onClose }: Props) {
  useFocusBack();
  const w = useWords();
  const f = w.form;
  const save = useSaveRule(company, rule);
  const refusal = useRefusal(save.error);
  const said = useSaid();
  const [told, setTold] = useState<ReturnType<typeof lacking>>();
  const [warnings, setWarnings] = useState<string[]>([]);
  const [running, setRunning] = useState(0);
  const [draft, setDraft] = useState<Draft>(() => {
    const d = draftOf(rule);
    if (!rule && start.reason) d.reason = String(start.reason);
    if (!rule && start.house) return { ...d, where: "house", house: String(start.house) };
    return d;
  });
  const set = (part: Partial<Draft>) => {
    if (save.isError) save.reset();
    setTold(undefined);
    setDraft((d) => ({ ...d, ...part }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lack = lacking(draft);
    setTold(lack);
    if (lack || save.isPending) return;
    save.mutate(bodyOf(draft), {
      onSuccess: (r) => {
        said(f.saved);
        setRunning(r.running);
        if (r.warnings.length === 0 && r.running === 0) onClose();
        else setWarnings(r.warnings);
      },
    });
  };
  const must = (key: NonNullable<typeof told>) => (told === key ? f.lacking[key] : undefined);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="min(560px, 100vw)"
      title={rule ? f.edit(rule.id) : f.new}
      closeButtonProps={{ "aria-label": f.close }}
    >
      {warnings.length > 0 || running > 0 ? (
        <div className="col" role="alert">
          {running > 0 && <Running n={running} company={company} />}
          {warnings.map((x) => (
            <Note key={x} tone="plan">
              {x}
            </Note>
          ))}
          <Button variant="default" onClick={onClose}>
            {f.close}
          </Button>
        </div>
      ) : (
        <form onSubmit={submit} noValidate>
          <fieldset disabled={!canWrite} className="rule-form">
            <What
              draft={draft}
              set={set}
              company={company}
              error={{
                reason: must("reason") ?? refusal.at("reason_id"),
                work: must("work") ?? refusal.at("work_type_id"),
              }}
            />
            <Where
              draft={draft}
              set={set}
              company={company}
              groups={groups}
              error={{
                house: must("house") ?? refusal.at("building_id"),
                group: must("group") ?? refusal.at("group_id"),
              }}
            />
            <When draft={draft} set={set} at={refusal.at} />
            <Who draft={draft} set={set} company={company} suppliers={suppliers} at={refusal.at} />
            <Textarea
              label={f.note}
              autosize
              minRows={1}
              maxLength={500}
              value={draft.note}
              error={refusal.at("note")}
              onChange={(e) => set({ note: e.currentTarget.value })}
            />
          </fieldset>
          <Rest of={refusal} whole />
          {canWrite && (
            <div className="row rule-save">
              <Button variant="default" onClick={onClose}>
                {f.close}
              </Button>
              <Button type="submit" className="btn-primary" loading={save.isPending}>
                {f.save}
              </Button>
            </div>
          )}
        </form>
      )}
    </Drawer>
  );
}

type Part = { draft: Draft; set: (part: Partial<Draft>) => void };

const over = { comboboxProps: { zIndex: 500 } }; // above the drawer

function What({
  draft,
  set,
  company,
  error,
}: Part & { company: number; error: { reason: string | undefined; work: string | undefined } }) {
  const f = useWords().form;
  const reasons = useReasons(company);
  const works = useWorks();
  const kinds = ["any", "work", "reason"] as const;
  return (
    <section>
      <h2>{f.what}</h2>
      <SegmentedControl
        fullWidth
        aria-label={f.what}
        data={kinds.map((v) => ({ value: v, label: f.whats[v] }))}
        value={draft.what}
        onChange={(v) => set({ what: v as Draft["what"] })}
      />
      {draft.what === "reason" && (
        <Select
          {...over}
          label={f.reason}
          searchable
          limit={100}
          data={options((reasons.data?.items ?? []).filter((r) => r.kind !== "consultation"))}
          value={draft.reason || null}
          error={error.reason}
          onChange={(v) => set({ reason: v ?? "" })}
        />
      )}
      {draft.what === "work" && (
        <Select
          {...over}
          label={f.work}
          searchable
          data={options(works.data?.items ?? [])}
          value={draft.work || null}
          error={error.work}
          onChange={(v) => set({ work: v ?? "" })}
        />
      )}
    </section>
  );
}

type WhereProps = Part & {
  company: number;
  groups: RuleName[];
  error: { house: string | undefined; group: string | undefined };
};

function Where({ draft, set, company, groups, error }: WhereProps) {
  const f = useWords().form;
  const houses = useHouses(company);
  const kinds = ["any", "group", "house"] as const;
  return (
    <section>
      <h2>{f.where}</h2>
      <SegmentedControl
        fullWidth
        aria-label={f.where}
        data={kinds.map((v) => ({ value: v, label: f.wheres[v] }))}
        value={draft.where}
        onChange={(v) => set({ where: v as Draft["where"] })}
      />
      {draft.where === "house" && (
        <Select
          {...over}
          label={f.house}
          searchable
          limit={100}
          data={(houses.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.address }))}
          value={draft.house || null}
          error={error.house}
          onChange={(v) => set({ house: v ?? "" })}
        />
      )}
      {draft.where === "group" && (
        <Select
          {...over}
          label={f.group}
          searchable
          data={options(groups)}
          value={draft.group || null}
          error={error.group}
          nothingFoundMessage={f.noGroups}
          onChange={(v) => set({ group: v ?? "" })}
        />
      )}
    </section>
  );
}

function When({ draft, set, at }: Part & { at: (field: string) => string | undefined }) {
  const w = useWords();
  const f = w.form;
  const put = (i: number, part: Partial<Draft["windows"][number]>) =>
    set({ windows: draft.windows.map((x, n) => (n === i ? { ...x, ...part } : x)) });
  const make = { days: [], from: "20:00", to: "08:00" };
  return (
    <section>
      <h2>{f.when}</h2>
      <Select
        {...over}
        aria-label={f.when}
        allowDeselect={false}
        data={Object.entries(w.hours).map(([value, label]) => ({ value, label }))}
        value={draft.hours}
        error={at("hours")}
        onChange={(v) =>
          v &&
          set({ hours: v as Hours, windows: v === "windows" && draft.windows.length === 0 ? [make] : draft.windows })
        }
      />
      {draft.hours === "windows" && (
        <>
          <div className="quiet">{f.windowNote}</div>
          {draft.windows.map((x, i) => (
            <div className="rule-window" key={i}>
              <MultiSelect
                {...over}
                className="grow"
                label={f.windowDays}
                placeholder={x.days.length === 0 ? w.everyDay : undefined}
                data={Object.entries(w.days).map(([value, label]) => ({ value, label }))}
                value={x.days}
                error={at(`windows[${i}].days`)}
                onChange={(days) => put(i, { days })}
              />
              <TextInput
                type="time"
                label={f.from}
                value={x.from}
                error={at(`windows[${i}].from`)}
                onChange={(e) => put(i, { from: e.currentTarget.value })}
              />
              <TextInput
                type="time"
                label={f.to}
                value={x.to}
                onChange={(e) => put(i, { to: e.currentTarget.value })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                mt={24}
                aria-label={f.removeWindow(i + 1)}
                onClick={() => set({ windows: draft.windows.filter((_, n) => n !== i) })}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
          ))}
          {at("windows") && <div className="rule-error">{at("windows")}</div>}
          <Button size="compact-sm" variant="default" onClick={() => set({ windows: [...draft.windows, make] })}>
            {f.addWindow}
          </Button>
        </>
      )}
    </section>
  );
}

function Who({
  draft,
  set,
  company,
  suppliers,
  at,
}: Part & { company: number; suppliers: RuleName[]; at: (field: string) => string | undefined }) {
  const f = useWords().form;
  const people = usePeople(company);
  const data = (people.data?.items ?? []).map((m) => ({
    value: String(m.member_id),
    label: m.position ? `${m.name}, ${m.position}` : m.name,
  }));
  const put = (i: number, members: string[]) => set({ levels: draft.levels.map((l, n) => (n === i ? members : l)) });
  const sent = (i: number) => draft.levels.slice(0, i).filter((l) => l.length > 0).length; // empty levels are not sent
  return (
    <section>
      <h2>{f.who}</h2>
      <div className="quiet">{f.whoNote}</div>
      {draft.levels.map((members, i) => (
        <div className="row" key={i} style={{ alignItems: "flex-start" }}>
          <MultiSelect
            {...over}
            className="grow"
            label={f.members(i + 1)}
            searchable
            limit={100}
            data={data}
            value={members}
            error={members.length > 0 ? at(`levels[${sent(i)}].members`) : undefined}
            onChange={(v) => put(i, v)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            mt={24}
            aria-label={f.removeLevel(i + 1)}
            onClick={() => set({ levels: draft.levels.filter((_, n) => n !== i) })}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {at("levels") && <div className="rule-error">{at("levels")}</div>}
      {draft.levels.length < 9 && (
        <Button size="compact-sm" variant="default" onClick={() => set({ levels: [...draft.levels, []] })}>
          {f.addLevel}
        </Button>
      )}
      <Select
        {...over}
        label={f.lead}
        placeholder={f.nobody}
        searchable
        clearable
        limit={100}
        data={data}
        value={draft.responsible || null}
        error={at("responsible_id")}
        onChange={(v) => set({ responsible: v ?? "" })}
      />
      <Select
        {...over}
        label={f.supplier}
        placeholder={f.noSupplier}
        searchable
        clearable
        data={options(suppliers)}
        value={draft.supplier || null}
        error={at("supplier_id")}
        onChange={(v) => set({ supplier: v ?? "" })}
      />
    </section>
  );
}

/** Escalations go on as they began; the new order is put under them by an act of its own, asked about once more. */
