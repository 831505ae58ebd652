import { Checkbox, MultiSelect, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { DrawerForm } from "../../ui/DrawerForm";
import { useRefusal, useSaid, type Refusal } from "../../ui/settings";
import {
  formOf,
  useHouses,
  useKinds,
  useSave,
  useSaveShared,
  useShared,
  type Form,
  type Row,
  type Shared,
  type SharedForm,
} from "./api";
import { useUndialled } from "../../ui/dialled/useUndialled";
import { Phones } from "./Phones";
import { useWords } from "./words";

const over = { zIndex: 500 }; // above the drawer

/** The kinds as choices. */
function useKindChoices() {
  const kinds = useKinds();
  return (kinds.data?.items ?? []).map((k) => ({ value: k.code, label: k.name }));
}

/** A supplier of the company: chosen from the shared list, or one only the company knows. */
export function SupplierForm({ row, onDone }: { row?: Row | undefined; onDone: () => void }) {
  const w = useWords();
  const kinds = useKindChoices();
  const shared = useShared(false);
  const [form, setForm] = useState<Form>(() => formOf(row));
  const [own, setOwn] = useState(row !== undefined && row.supplier_id === null);
  const save = useSave();
  const said = useSaid();
  const undialled = useUndialled();
  const refusal = useRefusal(save.error);
  const set = (part: Partial<Form>) => setForm((f) => ({ ...f, ...part }));
  const send = () =>
    save.mutate(
      {
        id: row?.id,
        version: row?.version,
        form: own ? { ...form, supplier_id: null } : { ...form, name: "", kind: "" },
      },
      {
        onSuccess: (r) => {
          said(undialled.saved(form.phones.map((p) => p.phone)) || (row ? w.saved : w.added(r.name)));
          onDone();
        },
      },
    );
  return (
    <DrawerForm onSend={send} isPending={save.isPending} refusal={refusal} save={w.save}>
      {!row && (
        <SegmentedControl
          aria-label={w.from}
          data={[
            { value: "shared", label: w.fromShared },
            { value: "own", label: w.fromOwn },
          ]}
          value={own ? "own" : "shared"}
          onChange={(v) => setOwn(v === "own")}
        />
      )}
      {own ? (
        <NameAndKind form={form} set={set} at={refusal.at} />
      ) : row ? (
        <p className="quiet">{w.sharedNote}</p>
      ) : (
        <Select
          label={w.choose}
          placeholder={w.chooseHint}
          description={w.sharedNote}
          withAsterisk
          searchable
          data={(shared.data?.items ?? []).map((s) => ({
            value: String(s.id),
            label: `${s.name} · ${kinds.find((k) => k.value === s.kind)?.label ?? s.kind}`,
          }))}
          value={form.supplier_id ? String(form.supplier_id) : null}
          error={refusal.at("supplier_id") ?? (refusal.at("name") && w.chooseHint)}
          comboboxProps={over}
          onChange={(v) => set({ supplier_id: v ? Number(v) : null })}
        />
      )}
      <TextInput
        label={w.contract}
        maxLength={120}
        value={form.contract}
        error={refusal.at("contract")}
        onChange={(e) => set({ contract: e.currentTarget.value })}
      />
      <Phones
        title={own ? w.phones : w.ownPhones}
        phones={form.phones}
        at={refusal.at}
        onChange={(phones) => set({ phones })}
      />
      <Hours form={form} set={set} at={refusal.at} />
      <Houses form={form} set={set} error={refusal.at("building_ids")} />
      <Notes form={form} set={set} at={refusal.at} />
    </DrawerForm>
  );
}

type Common = Pick<SharedForm, "name" | "kind" | "hours" | "notes">;
type PartProps = { form: Common; set: (part: Partial<Common>) => void; at: Refusal["at"] };

/** What it is called, and of what kind it is. */
function NameAndKind({ form, set, at }: PartProps) {
  const w = useWords();
  const kinds = useKindChoices();
  return (
    <>
      <TextInput
        label={w.name}
        withAsterisk
        maxLength={120}
        value={form.name}
        error={at("name")}
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      <Select
        label={w.kind}
        withAsterisk
        searchable
        data={kinds}
        value={form.kind || null}
        error={at("kind")}
        comboboxProps={over}
        onChange={(v) => set({ kind: v ?? "" })}
      />
    </>
  );
}

function Hours({ form, set, at }: PartProps) {
  const w = useWords();
  return (
    <TextInput
      label={w.hours}
      placeholder={w.hoursHint}
      maxLength={120}
      value={form.hours}
      error={at("hours")}
      onChange={(e) => set({ hours: e.currentTarget.value })}
    />
  );
}

function Notes({ form, set, at }: PartProps) {
  const w = useWords();
  return (
    <Textarea
      label={w.notes}
      minRows={2}
      maxRows={8}
      maxLength={2000}
      value={form.notes}
      error={at("notes")}
      onChange={(e) => set({ notes: e.currentTarget.value })}
    />
  );
}

function Houses({ form, set, error }: { form: Form; set: (part: Partial<Form>) => void; error: string | undefined }) {
  const w = useWords();
  const houses = useHouses();
  return (
    <>
      <Checkbox
        label={w.serves}
        checked={form.all_houses}
        onChange={(e) => set({ all_houses: e.currentTarget.checked })}
      />
      {!form.all_houses && (
        <MultiSelect
          label={w.chooseHouses}
          withAsterisk
          searchable
          clearable
          limit={50}
          data={(houses.data?.items ?? []).map((h) => ({ value: String(h.id), label: h.address }))}
          value={form.building_ids.map(String)}
          error={error}
          comboboxProps={over}
          onChange={(ids) => set({ building_ids: ids.map(Number) })}
        />
      )}
    </>
  );
}

/** A supplier of the list all companies see. */
export function SharedSupplierForm({ row, onDone }: { row?: Shared | undefined; onDone: () => void }) {
  const w = useWords();
  const [form, setForm] = useState<SharedForm>(() => ({
    name: row?.name ?? "",
    kind: row?.kind ?? "",
    phones: row?.phones ?? [],
    hours: row?.hours ?? "",
    notes: row?.notes ?? "",
    is_archived: row?.is_archived ?? false,
  }));
  const save = useSaveShared();
  const said = useSaid();
  const undialled = useUndialled();
  const refusal = useRefusal(save.error);
  const set = (part: Partial<SharedForm>) => setForm((f) => ({ ...f, ...part }));
  const send = () =>
    save.mutate(
      { id: row?.id, version: row?.version, form },
      {
        onSuccess: (s) => {
          said(undialled.saved(form.phones.map((p) => p.phone)) || (row ? w.saved : w.added(s.name)));
          onDone();
        },
      },
    );
  return (
    <DrawerForm onSend={send} isPending={save.isPending} refusal={refusal} save={w.save}>
      <NameAndKind form={form} set={set} at={refusal.at} />
      <Phones title={w.phones} phones={form.phones} at={refusal.at} onChange={(phones) => set({ phones })} />
      <Hours form={form} set={set} at={refusal.at} />
      <Notes form={form} set={set} at={refusal.at} />
    </DrawerForm>
  );
}
