import { ActionIcon, Button, Checkbox, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { IconArrowUp, IconX } from "@tabler/icons-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { phoneOf } from "../time/format";
import { Rest, useRefusal } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useGroups, useHouses, useSaveMember, useWorkTypes, type Channel, type StaffCard, type StaffForm } from "./api";
import { formOf, read, type Draft, type HoursDraft, type Told } from "./form";
import { useWords } from "./words";

const ZONES = [
  "Europe/Kaliningrad",
  "Europe/Moscow",
  "Europe/Samara",
  "Asia/Yekaterinburg",
  "Asia/Omsk",
  "Asia/Novosibirsk",
  "Asia/Krasnoyarsk",
  "Asia/Irkutsk",
  "Asia/Yakutsk",
  "Asia/Vladivostok",
  "Asia/Magadan",
  "Asia/Kamchatka",
];

type Props = { card?: StaffCard; canEdit?: boolean; onSaved: (card: StaffCard) => void };

/** What is written about a person: who he is, phones with hours, ways of handing over, works and houses. */
export function MemberForm({ card, canEdit = true, onSaved }: Props) {
  const w = useWords();
  const [draft, setDraft] = useState<Draft>(() => formOf(card));
  const [told, setTold] = useState<Told>(new Map());
  const save = useSaveMember(card?.member_id);
  const refusal = useRefusal(save.error);
  const at = (field: string) => (told.get(field) ? w.card.hoursBad : refusal.at(field));
  const set = (part: Partial<Draft>) => {
    if (save.isError) save.reset(); // what was refused is being mended
    setDraft((d) => ({ ...d, ...part }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const got = read(draft);
    setTold(got.wrong);
    if (got.form) save.mutate({ version: card?.version ?? 0, form: got.form }, { onSuccess: onSaved });
  };
  return (
    <form onSubmit={submit} noValidate>
      <fieldset disabled={!canEdit} style={{ all: "unset", display: "block" }}>
        <section className="member-part">
          <h2>{w.card.main}</h2>
          <TextInput
            label={w.card.name}
            placeholder={w.card.nameHint}
            withAsterisk
            maxLength={120}
            value={draft.name}
            error={at("name")}
            onChange={(e) => set({ name: e.currentTarget.value })}
          />
          <TextInput
            label={w.card.spoken}
            maxLength={120}
            value={draft.spoken_name}
            onChange={(e) => set({ spoken_name: e.currentTarget.value })}
          />
          <div className="row" style={{ alignItems: "flex-start" }}>
            <TextInput
              className="grow"
              label={w.card.position}
              maxLength={120}
              value={draft.position}
              onChange={(e) => set({ position: e.currentTarget.value })}
            />
            <Select
              label={w.card.zone}
              placeholder={w.card.zoneOwn}
              clearable
              searchable
              data={draft.zone && !ZONES.includes(draft.zone) ? [...ZONES, draft.zone] : ZONES}
              value={draft.zone || null}
              error={at("zone")}
              onChange={(v) => set({ zone: v ?? "" })}
              comboboxProps={{ zIndex: 500 }}
            />
          </div>
          <Checkbox
            label={w.card.contractor}
            checked={draft.is_contractor}
            onChange={(e) => set({ is_contractor: e.currentTarget.checked })}
          />
        </section>
        <Phones draft={draft} set={set} at={at} canEdit={canEdit} />
        <Channels draft={draft} set={set} at={at} canEdit={canEdit} connected={card?.connected ?? ["call"]} />
        <Duties draft={draft} set={set} at={at} canEdit={canEdit} />
      </fieldset>
      <Rest of={refusal} />
      {canEdit && (
        <div className="row" style={{ padding: "12px 0", justifyContent: "flex-end" }}>
          <Button type="submit" className="btn-primary" loading={save.isPending}>
            {w.card.save}
          </Button>
        </div>
      )}
    </form>
  );
}

type PartProps = {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
  at: (field: string) => string | undefined;
  canEdit: boolean;
};

/** A list of rows that are moved up, removed, added. */
function Lines<T>(props: {
  title: string;
  note?: string;
  rows: readonly T[];
  add: string;
  canEdit: boolean;
  ordered?: boolean;
  make: () => T;
  onChange: (rows: T[]) => void;
  children: (row: T, i: number, put: (part: Partial<T>) => void) => ReactNode;
}) {
  const w = useWords();
  const { rows, onChange } = props;
  const swap = (i: number) =>
    onChange(rows.map((r, n) => (n === i - 1 ? (rows[i] ?? r) : n === i ? (rows[i - 1] ?? r) : r)));
  return (
    <section className="member-part">
      <h2>{props.title}</h2>
      {props.note && <div className="quiet">{props.note}</div>}
      {rows.map((row, i) => (
        <div className="line-form" key={i}>
          {props.children(row, i, (part) => onChange(rows.map((r, n) => (n === i ? { ...r, ...part } : r))))}
          {props.canEdit && (
            <div className="row" style={{ marginTop: 22 }}>
              {props.ordered && i > 0 && (
                <ActionIcon variant="default" aria-label={w.card.up(i + 1)} onClick={() => swap(i)}>
                  <IconArrowUp size={16} />
                </ActionIcon>
              )}
              <ActionIcon
                variant="subtle"
                aria-label={w.card.remove(i + 1)}
                onClick={() => onChange(rows.filter((_, n) => n !== i))}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
          )}
        </div>
      ))}
      {props.canEdit && (
        <div>
          <Button size="xs" variant="default" onClick={() => onChange([...rows, props.make()])}>
            {props.add}
          </Button>
        </div>
      )}
    </section>
  );
}

function Phones({ draft, set, at, canEdit }: PartProps) {
  const w = useWords();
  return (
    <Lines
      title={w.card.phones}
      rows={draft.phones}
      add={w.card.addPhone}
      canEdit={canEdit}
      ordered
      make={() => ({ phone: "", note: "", hours: "", days: [] })}
      onChange={(phones) => set({ phones })}
    >
      {(p, i, put) => (
        <>
          <TextInput
            w={150}
            label={w.card.phone}
            type="tel"
            value={phoneOf(p.phone)}
            error={at(`phones[${i}].phone`)}
            onChange={(e) => put({ phone: e.currentTarget.value })}
          />
          <HoursFields value={p} error={at(`phones[${i}].hours`) ?? at(`phones[${i}].hours[0].from`)} onChange={put} />
          <TextInput
            w={90}
            label={w.card.phoneNote}
            maxLength={100}
            value={p.note}
            onChange={(e) => put({ note: e.currentTarget.value })}
          />
        </>
      )}
    </Lines>
  );
}

type HoursProps = { value: HoursDraft; error: string | undefined; onChange: (part: Partial<HoursDraft>) => void };

function HoursFields({ value, error, onChange }: HoursProps) {
  const w = useWords();
  const names = w.card.weekdays.split(" ");
  return (
    <>
      <TextInput
        w={130}
        label={w.card.phoneHours}
        placeholder={w.card.anyHour}
        value={value.hours}
        error={error}
        onChange={(e) => onChange({ hours: e.currentTarget.value })}
      />
      <MultiSelect
        w={130}
        label={w.card.days}
        placeholder={value.days.length === 0 ? w.card.everyDay : ""}
        data={names.map((label, i) => ({ value: String(i), label }))}
        value={value.days}
        onChange={(days) => onChange({ days })}
        comboboxProps={{ zIndex: 500 }}
      />
    </>
  );
}

const WAYS = ["call", "sms", "push", "telegram", "email"] as const satisfies readonly Channel[];

function Channels({ draft, set, at, canEdit, connected }: PartProps & { connected: readonly string[] }) {
  const w = useWords();
  const c = useCommon();
  return (
    <Lines
      title={w.card.channels}
      note={w.card.channelsNote}
      rows={draft.channels}
      add={w.card.addChannel}
      canEdit={canEdit}
      ordered
      make={() => ({ channel: "call" as Channel, address: "", kinds: [], hours: "", days: [] })}
      onChange={(channels) => set({ channels })}
    >
      {(h, i, put) => (
        <>
          <Select
            w={120}
            label={w.card.channel}
            allowDeselect={false}
            data={WAYS.map((v) => ({ value: v, label: w.card.way[v] }))}
            value={h.channel}
            error={at(`channels[${i}].channel`)}
            description={connected.includes(h.channel) ? undefined : w.card.notConnected}
            inputWrapperOrder={["label", "input", "description", "error"]}
            onChange={(v) => v && put({ channel: v as Channel })}
            comboboxProps={{ zIndex: 500 }}
          />
          <MultiSelect
            w={130}
            label={w.card.kinds}
            placeholder={h.kinds.length === 0 ? w.card.allKinds : ""}
            data={(["emergency", "planned", "paid"] as const).map((k) => ({ value: k, label: c.kind[k] }))}
            value={h.kinds}
            onChange={(kinds) => put({ kinds: kinds as typeof h.kinds })}
            comboboxProps={{ zIndex: 500 }}
          />
          <HoursFields
            value={h}
            error={at(`channels[${i}].hours`) ?? at(`channels[${i}].hours[0].from`)}
            onChange={put}
          />
          {(h.channel === "email" || h.channel === "telegram") && (
            <TextInput
              w={190}
              label={w.card.address}
              maxLength={200}
              value={h.address}
              error={at(`channels[${i}].address`)}
              onChange={(e) => put({ address: e.currentTarget.value })}
            />
          )}
        </>
      )}
    </Lines>
  );
}

type Duty = StaffForm["duties"][number];
type PlaceProps = { duty: Duty; error: string | undefined; put: (part: Partial<Duty>) => void };

/** Where a duty holds: every house, a group of houses, or one. */
function PlacePick({ duty, error, put }: PlaceProps) {
  const w = useWords();
  const houses = useHouses();
  const groups = useGroups();
  const group = duty.group_id ?? null;
  const ofGroups = (groups.data?.items ?? []).map((x) => ({ value: `g${x.id}`, label: x.name }));
  if (group !== null && groups.data && !groups.data.items.some((x) => x.id === group)) {
    ofGroups.push({ value: `g${group}`, label: w.card.groupGone });
  }
  return (
    <Select
      w={145}
      label={w.card.house}
      placeholder={w.anyHouse}
      clearable
      searchable
      limit={100}
      data={[
        { group: w.card.groups, items: ofGroups },
        {
          group: w.card.houses,
          items: (houses.data?.items ?? []).map((x) => ({ value: `h${x.id}`, label: x.address })),
        },
      ].filter((x) => x.items.length > 0)}
      value={group !== null ? `g${group}` : duty.building_id !== null ? `h${duty.building_id}` : null}
      error={error}
      onChange={(v) =>
        put({
          group_id: v?.startsWith("g") ? Number(v.slice(1)) : null,
          building_id: v?.startsWith("h") ? Number(v.slice(1)) : null,
        })
      }
      comboboxProps={{ zIndex: 500, width: "max-content", position: "bottom-start" }}
    />
  );
}

function Duties({ draft, set, at, canEdit }: PartProps) {
  const w = useWords();
  const works = useWorkTypes();
  return (
    <Lines
      title={w.card.duties}
      rows={draft.duties}
      add={w.card.addDuty}
      canEdit={canEdit}
      make={(): StaffForm["duties"][number] => ({
        role: "executor",
        work_type_id: null,
        building_id: null,
        group_id: null,
        level: 1,
      })}
      onChange={(duties) => set({ duties })}
    >
      {(d, i, put) => (
        <>
          <Select
            w={140}
            label={w.card.role}
            allowDeselect={false}
            data={(["executor", "responsible"] as const).map((r) => ({ value: r, label: w[r] }))}
            value={d.role}
            error={at(`duties[${i}].role`)}
            onChange={(v) => v && put({ role: v as StaffForm["duties"][number]["role"] })}
            comboboxProps={{ zIndex: 500 }}
          />
          <Select
            w={145}
            label={w.work}
            placeholder={w.anyWork}
            clearable
            searchable
            data={(works.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.name }))}
            value={d.work_type_id === null ? null : String(d.work_type_id)}
            error={at(`duties[${i}].work_type_id`)}
            onChange={(v) => put({ work_type_id: v === null ? null : Number(v) })}
            comboboxProps={{ zIndex: 500 }}
          />
          <PlacePick duty={d} error={at(`duties[${i}].building_id`) ?? at(`duties[${i}].group_id`)} put={put} />
          <NumberInput
            w={70}
            label={w.card.dutyLevel}
            min={1}
            max={9}
            allowDecimal={false}
            value={d.level}
            error={at(`duties[${i}].level`)}
            onChange={(v) => put({ level: Number(v) || 1 })}
          />
        </>
      )}
    </Lines>
  );
}
