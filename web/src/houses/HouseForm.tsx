import { Button, Checkbox, Fieldset, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useCities, useSaveHouse, type BuildingCard } from "./api";
import { draftOf, fieldsOf, type Draft } from "./houseDraft";
import { useWords } from "./words";

type Props = { house: BuildingCard | undefined; onSaved: (house: BuildingCard) => void; readOnly?: boolean };

/** Everything that may be written about a house (H1). */
export function HouseForm({ house, onSaved, readOnly = false }: Props) {
  const w = useWords();
  const said = useSaid();
  const save = useSaveHouse(house);
  const refusal = useRefusal(save.error);
  const { at } = refusal;
  const [d, setDraft] = useState<Draft>(() => draftOf(house));
  const set = (part: Partial<Draft>) => {
    if (save.isError) save.reset(); // what was refused is being mended
    setDraft((was) => ({ ...was, ...part }));
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (save.isPending) return;
    save.mutate(fieldsOf(d), {
      onSuccess: (b) => {
        said(w.saved);
        onSaved(b);
      },
    });
  };
  const text = (key: "region" | "postcode" | "street" | "house" | "zone" | "fias_id") => (
    <TextInput
      key={key}
      label={w.field[key]}
      placeholder={key === "zone" ? w.field.zoneHint : undefined}
      value={d[key]}
      error={at(key)}
      onChange={(e) => set({ [key]: e.currentTarget.value })}
    />
  );
  const count = (key: "floors" | "entrances" | "lifts" | "built_year") => (
    <NumberInput
      key={key}
      label={w.field[key]}
      allowDecimal={false}
      value={d[key] || ""}
      error={at(key)}
      onChange={(v) => set({ [key]: Number(v) || 0 })}
    />
  );
  const decimal = (label: string, value: number | null, error: string | undefined, put: (v: number | null) => void) => (
    <NumberInput
      key={label}
      label={label}
      decimalSeparator=","
      value={value ?? ""}
      error={error}
      onChange={(v) => put(v === "" ? null : Number(v))}
    />
  );
  const entrances = Array.from({ length: Math.min(d.entrances, 60) }, (_, i) => String(i + 1));
  return (
    <form className="col house-form" onSubmit={submit} noValidate>
      <fieldset className="bare" disabled={readOnly}>
        <Fieldset legend={w.section.address}>
          <div className="house-grid">
            <City value={d.city_id} error={at("city_id")} onChange={(city_id) => set({ city_id })} />
            {(["street", "house", "region", "postcode", "zone", "fias_id"] as const).map(text)}
            {decimal(w.field.lat, d.lat, at("lat"), (lat) => set({ lat }))}
            {decimal(w.field.lon, d.lon, at("lon"), (lon) => set({ lon }))}
          </div>
        </Fieldset>
        <Fieldset legend={w.section.size}>
          <div className="house-grid">{(["floors", "entrances", "lifts", "built_year"] as const).map(count)}</div>
        </Fieldset>
        {entrances.length > 0 && (
          <Fieldset legend={w.section.codes}>
            <div className="house-grid">
              {entrances.map((n) => (
                <TextInput
                  key={n}
                  label={w.entrance(Number(n))}
                  value={d.door_codes[n] ?? ""}
                  error={n === "1" ? at("door_codes") : undefined}
                  onChange={(e) => set({ door_codes: { ...d.door_codes, [n]: e.currentTarget.value } })}
                />
              ))}
            </div>
          </Fieldset>
        )}
        <Fieldset legend={w.section.passport}>
          <div className="house-grid">
            {(["name", "address", "hours", "phone"] as const).map((k) => (
              <TextInput
                key={k}
                label={w.office[k]}
                value={d.passport_office[k] ?? ""}
                error={k === "name" ? at("passport_office") : undefined}
                onChange={(e) => set({ passport_office: { ...d.passport_office, [k]: e.currentTarget.value } })}
              />
            ))}
          </div>
        </Fieldset>
        <Fieldset legend={w.section.area}>
          <div className="house-grid">
            {(["total", "residential", "non_residential", "common"] as const).map((k) =>
              decimal(w.areas[k], d.areas[k], at(`areas.${k}`), (v) => set({ areas: { ...d.areas, [k]: v } })),
            )}
          </div>
        </Fieldset>
        <Technical draft={d} at={at} set={set} />
        <More draft={d} at={at} set={set} />
      </fieldset>
      <Rest of={refusal} />
      {!readOnly && (
        <div className="row">
          <Button type="submit" className="btn-primary" loading={save.isPending}>
            {w.save}
          </Button>
        </div>
      )}
    </form>
  );
}

type CityProps = { value: number; error: string | undefined; onChange: (id: number) => void };

/** 0: the company's own city, as it is for a new house. */
function City({ value, error, onChange }: CityProps) {
  const w = useWords();
  const cities = useCities().data?.items ?? [];
  const chosen = value || cities.find((c) => c.is_home)?.id;
  return (
    <Select
      label={w.field.city}
      searchable
      allowDeselect={false}
      data={cities.map((c) => ({ value: String(c.id), label: c.name }))}
      value={chosen ? String(chosen) : null}
      error={error}
      onChange={(v) => onChange(Number(v) || 0)}
    />
  );
}

type PartProps = { draft: Draft; at: (field: string) => string | undefined; set: (part: Partial<Draft>) => void };

function Technical({ draft, at, set }: PartProps) {
  const w = useWords();
  const t = draft.technical;
  const keys = Object.keys(w.tech) as (keyof typeof t)[];
  return (
    <Fieldset legend={w.section.tech}>
      <div className="house-grid">
        {keys.map((k) => {
          const value = t[k];
          const put = (v: string | number | boolean) => set({ technical: { ...t, [k]: v } });
          if (typeof value === "boolean")
            return (
              <Checkbox
                key={k}
                mt={26}
                label={w.tech[k]}
                checked={value}
                onChange={(e) => put(e.currentTarget.checked)}
              />
            );
          const error = at(`technical.${k}`);
          return typeof value === "number" ? (
            <NumberInput
              key={k}
              label={w.tech[k]}
              allowDecimal={false}
              value={value || ""}
              error={error}
              onChange={(v) => put(Number(v) || 0)}
            />
          ) : (
            <TextInput
              key={k}
              label={w.tech[k]}
              value={value}
              error={error}
              onChange={(e) => put(e.currentTarget.value)}
            />
          );
        })}
      </div>
    </Fieldset>
  );
}

function More({ draft, at, set }: PartProps) {
  const w = useWords();
  const change = (i: number, part: Partial<Draft["info"][number]>) =>
    set({ info: draft.info.map((p, j) => (i === j ? { ...p, ...part } : p)) });
  return (
    <Fieldset legend={w.section.more}>
      <Textarea
        label={w.field.notes}
        autosize
        minRows={2}
        value={draft.notes}
        error={at("notes")}
        onChange={(e) => set({ notes: e.currentTarget.value })}
      />
      {draft.info.map((p, i) => (
        <div key={i} className="row wrap" style={{ alignItems: "flex-end" }}>
          <TextInput label={w.label} value={p.label} onChange={(e) => change(i, { label: e.currentTarget.value })} />
          <TextInput
            className="grow"
            label={w.text}
            value={p.text}
            onChange={(e) => change(i, { text: e.currentTarget.value })}
          />
          <Button variant="subtle" onClick={() => set({ info: draft.info.filter((_, j) => j !== i) })}>
            {w.remove}
          </Button>
        </div>
      ))}
      {at("info") && <div className="field-error">{at("info")}</div>}
      <Button
        mt={8}
        variant="default"
        size="xs"
        onClick={() => set({ info: [...draft.info, { label: "", text: "" }] })}
      >
        {w.addInfo}
      </Button>
    </Fieldset>
  );
}
