import { Button, Checkbox, MultiSelect, Select, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useNow } from "../time/clock";
import { dayIn, momentIn, timeOf } from "../time/format";
import { Refused, useRefusal, useSaid } from "../ui/settings";
import { useChoices, useSaveNotice, type Notice, type Service } from "./api";
import { useWords } from "./words";

interface Props {
  company: number;
  zone: string;
  was?: Notice | undefined;
  /** House to begin with: the one of a call. */
  houses?: number[];
  onDone(): void;
}

const promised = 2 * 3600_000;

/** One step: where, what is off, till when; the words are made of it and may be written anew. */
export function NoticeForm({ company, zone: home, was, houses = [], onDone }: Props) {
  const w = useWords();
  const now = useNow();
  const said = useSaid();
  const choices = useChoices(company);
  const save = useSaveNotice(was, company);
  const refusal = useRefusal(save.error);
  const [whole, setWhole] = useState(was?.is_company ?? false);
  const [chosen, setChosen] = useState<string[]>((was?.building_ids ?? houses).map(String));
  const [groups, setGroups] = useState<string[]>((was?.group_ids ?? []).map(String));
  const [service, setService] = useState<Service>(was?.service ?? "cold_water");
  const [reason, setReason] = useState(was?.reason ?? "");
  const [own, setOwn] = useState<string | null>(was?.text ?? null);
  const [supplier, setSupplier] = useState<string | null>(was?.supplier_id ? String(was.supplier_id) : null);
  const [voiced, setVoiced] = useState(was?.is_voiced ?? true);
  const [later, setLater] = useState(was?.state === "planned");
  const first = choices.houses.find((h) => String(h.id) === chosen[0]);
  const zone = was?.zone ?? first?.zone ?? home;
  const [start, setStart] = useState(() => split(was ? was.starts_at : now, zone));
  const [till, setTill] = useState(() => split(was ? was.ends_at : now + promised, zone));
  const names = chosen.map((id) => choices.houses.find((h) => String(h.id) === id)?.address ?? "").filter(Boolean);
  const where = whole
    ? ""
    : names.length > 0 && names.length <= 2 && groups.length === 0
      ? `${names.join(", ")}:`
      : w.manyHouses;
  const text = own ?? w.auto(where, w.phrase[service], reason.trim());
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (save.isPending) return;
    const starts = later || was ? momentIn(zone, start.date, start.time) : undefined;
    save.mutate(
      {
        is_company: whole,
        building_ids: whole ? [] : chosen.map(Number),
        group_ids: whole ? [] : groups.map(Number),
        service,
        reason: reason.trim(),
        text: text.trim(),
        supplier_id: Number(supplier ?? 0),
        is_voiced: voiced,
        ...(starts ? { starts_at: starts } : {}),
        ends_at: momentIn(zone, till.date, till.time),
      },
      {
        onSuccess: (n) => {
          said(was ? w.saved : w.raised(n.number));
          onDone();
        },
      },
    );
  };
  return (
    <form className="col notice-form" onSubmit={submit} noValidate>
      <Checkbox label={w.whole} checked={whole} onChange={(e) => setWhole(e.currentTarget.checked)} />
      {!whole && (
        <>
          <MultiSelect
            label={w.houses}
            placeholder={chosen.length === 0 ? w.housesHint : ""}
            searchable
            limit={50}
            data={choices.houses.filter((h) => !h.is_archived).map((h) => ({ value: String(h.id), label: h.address }))}
            value={chosen}
            onChange={setChosen}
            error={refusal.at("building_ids")}
            data-testid="notice-houses"
          />
          {choices.groups.length > 0 && (
            <MultiSelect
              label={w.groups}
              data={choices.groups.map((g) => ({ value: String(g.id), label: g.name }))}
              value={groups}
              onChange={setGroups}
              error={refusal.at("group_ids")}
            />
          )}
        </>
      )}
      <Select
        label={w.serviceLabel}
        allowDeselect={false}
        data={Object.entries(w.service).map(([value, label]) => ({ value, label }))}
        value={service}
        onChange={(v) => setService((v ?? service) as Service)} // its data are the services
        error={refusal.at("service")}
      />
      <TextInput
        label={w.reason}
        placeholder={w.reasonHint}
        maxLength={200}
        value={reason}
        error={refusal.at("reason")}
        onChange={(e) => setReason(e.currentTarget.value)}
      />
      <Textarea
        label={w.text}
        description={w.textHint}
        autosize
        minRows={2}
        maxLength={500}
        value={text}
        error={refusal.at("text")}
        data-testid="notice-text"
        onChange={(e) => setOwn(e.currentTarget.value)}
      />
      {!was && <Checkbox label={w.later} checked={later} onChange={(e) => setLater(e.currentTarget.checked)} />}
      {(later || was) && <Moment label={w.from} value={start} onChange={setStart} error={refusal.at("starts_at")} />}
      <Moment label={w.till} value={till} onChange={setTill} error={refusal.at("ends_at")} />
      <div className="s12 t2">{w.zone(timeOf(now, zone))}</div>
      <Select
        label={w.supplier}
        placeholder={w.noSupplier}
        clearable
        data={choices.suppliers.map((s) => ({ value: String(s.id), label: s.name }))}
        value={supplier}
        onChange={setSupplier}
        error={refusal.at("supplier_id")}
      />
      <Checkbox label={w.voiced} checked={voiced} onChange={(e) => setVoiced(e.currentTarget.checked)} />
      {refusal.rest && <Refused error={save.error} />}
      <div className="row wrap">
        <Button type="submit" className="btn-primary" loading={save.isPending} data-testid="notice-save">
          {was ? w.save : w.raiseIt}
        </Button>
        <Button variant="default" onClick={onDone}>
          {w.close}
        </Button>
      </div>
    </form>
  );
}

export interface DayTime {
  date: string;
  time: string;
}

/** A moment as its day and hour in the zone. */
export function split(at: string | number, zone: string): DayTime {
  return { date: dayIn(at, zone), time: timeOf(at, zone) };
}

interface MomentProps {
  label: string;
  value: DayTime;
  onChange(v: DayTime): void;
  error?: string | undefined;
}

/** Day and hour side by side. */
export function Moment({ label, value, onChange, error }: MomentProps) {
  const w = useWords();
  return (
    <fieldset className="notice-moment">
      <legend className="s13">{label}</legend>
      <div className="row">
        <TextInput
          type="date"
          aria-label={`${label}: ${w.date}`}
          value={value.date}
          onChange={(e) => onChange({ ...value, date: e.currentTarget.value })}
        />
        <TextInput
          type="time"
          aria-label={`${label}: ${w.time}`}
          value={value.time}
          onChange={(e) => onChange({ ...value, time: e.currentTarget.value })}
        />
      </div>
      {error && <div className="field-error s12">{error}</div>}
    </fieldset>
  );
}
