import {
  ActionIcon,
  Autocomplete,
  Button,
  NumberInput,
  Select,
  Skeleton,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Empty, Failed, Note } from "../ui/blocks";
import { Late } from "../ui/Late";
import { useWords as useCommon } from "../ui/words";
import { useSupplierKinds, useSuppliers, useVersions, useWorkTypes, type Kind, type Price } from "./api";
import { put } from "./draft";
import type { PartProps } from "./part";
import { useWords } from "./words";

/** Name, kind, whom it goes to, the words around it. */
export function General({ draft, set, at, categories }: PartProps & { categories: readonly string[] }) {
  const w = useWords();
  const c = useCommon();
  const works = useWorkTypes();
  const kinds = useSupplierKinds();
  const suppliers = useSuppliers();
  const consult = draft.kind === "consultation";
  const known = (kinds.data?.items ?? []).map((k) => ({ value: k.code, label: k.name }));
  const ofKind = (suppliers.data?.items ?? []).filter((s) => s.kind === draft.supplier_kind);
  return (
    <>
      <TextInput
        label={w.name}
        withAsterisk
        maxLength={150}
        value={draft.name}
        error={at("name")}
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      <div className="rs-pair">
        <Autocomplete
          label={w.category}
          withAsterisk
          maxLength={60}
          data={[...categories]}
          value={draft.category}
          error={at("category")}
          onChange={(category) => set({ category })}
        />
        <Select
          label={w.kind}
          allowDeselect={false}
          data={(["emergency", "planned", "paid", "consultation"] as const).map((k) => ({
            value: k,
            label: c.kind[k],
          }))}
          value={draft.kind}
          error={at("kind")}
          onChange={(k) => set({ kind: (k ?? draft.kind) as Kind })} // its data are the kinds
        />
      </div>
      {consult ? (
        <Textarea
          label={w.answer}
          description={w.answerNote}
          withAsterisk
          minRows={3}
          maxRows={10}
          maxLength={2000}
          value={draft.answer}
          error={at("answer")}
          onChange={(e) => set({ answer: e.currentTarget.value })}
        />
      ) : (
        <Select
          label={w.work}
          description={w.workNote}
          placeholder={w.workNone}
          searchable
          clearable
          data={(works.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.name }))}
          value={draft.work_type_id ? String(draft.work_type_id) : null}
          error={at("work_type_id")}
          onChange={(v) => set({ work_type_id: v ? Number(v) : null })}
        />
      )}
      <div className="rs-pair">
        <Select
          label={w.supplierKind}
          placeholder={w.supplierNone}
          searchable
          clearable
          data={known}
          value={draft.supplier_kind || null}
          error={at("supplier_kind")}
          onChange={(v) => set({ supplier_kind: v ?? "", supplier_id: null })}
        />
        <Select
          label={w.supplier}
          placeholder={w.supplierAny}
          clearable
          disabled={!draft.supplier_kind}
          data={ofKind.map((s) => ({ value: String(s.id), label: s.name }))}
          value={draft.supplier_id ? String(draft.supplier_id) : null}
          error={at("supplier_id")}
          onChange={(v) => set({ supplier_id: v ? Number(v) : null })}
        />
      </div>
      <Textarea
        label={w.safety}
        description={w.safetyNote}
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={draft.safety}
        error={at("safety")}
        onChange={(e) => set({ safety: e.currentTarget.value })}
      />
      {!consult && (
        <Textarea
          label={w.promise}
          description={w.promiseNote}
          minRows={2}
          maxRows={8}
          maxLength={2000}
          value={draft.promise}
          error={at("promise")}
          onChange={(e) => set({ promise: e.currentTarget.value })}
        />
      )}
    </>
  );
}

/** The words by which residents' speech finds the reason. */
export function Words({ draft, set, at }: PartProps) {
  const w = useWords();
  return (
    <TagsInput
      label={w.synonyms}
      description={w.synonymsNote}
      maxTags={60}
      acceptValueOnBlur
      value={draft.synonyms}
      error={at("synonyms") ?? draft.synonyms.map((_, i) => at(`synonyms[${i}]`)).find(Boolean)}
      onChange={(synonyms) => set({ synonyms })}
    />
  );
}

/** The price list of paid work. */
export function Prices({ draft, set, at }: PartProps) {
  const w = useWords();
  const rows = draft.prices;
  const change = (prices: Price[]) => set({ prices });
  return (
    <>
      <p className="quiet">{w.prices.note}</p>
      {draft.kind !== "paid" && rows.length > 0 && <Note tone="plan">{w.prices.notPaid}</Note>}
      {rows.length === 0 && <Empty title={w.prices.none}>{w.prices.noneText}</Empty>}
      {rows.map((p, i) => (
        <div className="rs-price" key={i}>
          <TextInput
            className="grow"
            label={w.prices.name(i + 1)}
            maxLength={150}
            value={p.name}
            error={at(`prices[${i}].name`)}
            onChange={(e) => change(put(rows, i, { name: e.currentTarget.value }))}
          />
          <TextInput
            label={w.prices.unit(i + 1)}
            w={110}
            maxLength={20}
            value={p.unit}
            error={at(`prices[${i}].unit`)}
            onChange={(e) => change(put(rows, i, { unit: e.currentTarget.value }))}
          />
          <NumberInput
            label={w.prices.amount(i + 1)}
            w={130}
            min={0}
            decimalScale={2}
            decimalSeparator=","
            thousandSeparator=" "
            allowNegative={false}
            hideControls
            value={p.amount / 100}
            error={at(`prices[${i}].amount`)}
            onChange={(n) => change(put(rows, i, { amount: Math.round((Number(n) || 0) * 100) }))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            mt={18}
            aria-label={w.prices.remove(i + 1)}
            onClick={() => change(rows.filter((_, n) => n !== i))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => change([...rows, { name: "", unit: "", amount: 0 }])}
        >
          {w.prices.add}
        </Button>
      </div>
    </>
  );
}

/** Who changed what (R6). */
export function History({ id }: { id: number }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const versions = useVersions(id);
  if (versions.isError && !versions.data)
    return <Failed error={versions.error} title={w.history.failed} retry={() => void versions.refetch()} />;
  if (!versions.data)
    return (
      <Late>
        <Skeleton h={60} animate={false} />
      </Late>
    );
  if (versions.data.items.length === 0) return <p className="quiet">{w.history.none}</p>;
  const fields: Record<string, string> = { ...w.base.field, ...w.history.fields };
  return (
    <ul className="rs-history">
      {versions.data.items.map((v) => (
        <li key={v.version}>
          {v.verb !== "install" && <span className="num t2 nw">{fullOf(v.at, me.zone || "UTC", now)}</span>}
          <span className="grow">
            {w.history.verbs[v.verb]}
            {v.fields.length > 0 && `: ${v.fields.map((f) => fields[f] ?? f).join(", ")}`}
          </span>
          <span className="t2">{v.by}</span>
          <span className="t2 s12 nw">{w.history.version(v.version)}</span>
        </li>
      ))}
    </ul>
  );
}
