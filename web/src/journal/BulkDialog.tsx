import { Button, Modal, MultiSelect, Select, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import { may, useMe } from "../session/session";
import { serverNow } from "../time/clock";
import { dayIn } from "../time/format";
import { Key, Note, useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useChoices, useCompanyOf, usePostponeReasons } from "./api";
import {
  asksReason,
  changeOf,
  emptyForm,
  lacks,
  TARGETS,
  useChangeMany,
  useExactCount,
  type BulkForm,
  type To,
  type What,
} from "./bulk";
import { companyOf, type Picks } from "./picks";
import type { JournalSearch } from "./search";
import { useWords } from "./words";

type Props = { what: What; picks: Picks; search: JournalSearch; onClose: () => void; onDone: () => void };

const DAY = 86_400_000;

/** Asks what the change needs and says how many requests it is about before it begins. */
export function BulkDialog({ what, picks, search, onClose, onDone }: Props) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const say = useErrorText();
  const listed = useCompanyOf(search);
  const company = picks.isAll ? listed : companyOf(picks.chosen) || listed;
  const exact = useExactCount(search, company, picks.isAll && company > 0);
  const send = useChangeMany(search, company, picks);
  const [tried, setTried] = useState(false);
  const [form, setForm] = useState<BulkForm>(() => emptyForm(dayIn(serverNow() + DAY, me.zone)));
  const set = (part: Partial<BulkForm>) => setForm((f) => ({ ...f, ...part }));
  const lack = lacks(what, form);
  const count = picks.isAll ? exact.data?.count : picks.chosen.size;
  const tooMany = picks.isAll && exact.data?.capped === true;
  const refused = send.error instanceof ApiError ? send.error : null;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (lack !== null || send.isPending || !count || tooMany || company === 0) return;
    send.mutate(
      { change: changeOf(what, form, me.zone), expected: count },
      { onSuccess: onDone, onError: () => void (picks.isAll && exact.refetch()) },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{w.bulk.title[what]}</span>}
      size="md"
      closeButtonProps={{ "aria-label": c.close }}
    >
      <form
        className="col"
        style={{ gap: 12 }}
        noValidate
        onSubmit={submit}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) submit();
        }}
      >
        {company === 0 && <Note tone="plan">{w.bulk.oneCompany}</Note>}
        <Fields
          what={what}
          company={company}
          form={form}
          set={set}
          lack={tried ? lack : null}
          at={(f) => refused?.fields.get(f)}
        />
        {count !== undefined && (
          <div className="b" data-testid="bulk-count">
            {tooMany ? w.bulk.tooMany(count) : w.bulk.count(count)}
          </div>
        )}
        <div className="quiet">{w.bulk.note}</div>
        {send.isError && (
          <div role="alert">
            <Note tone={refused?.isConflict ? "plan" : "emg"}>{say(send.error)}</Note>
          </div>
        )}
        <div className="row move-foot" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button
            type="submit"
            className="btn-primary"
            loading={send.isPending}
            disabled={company === 0 || tooMany || !count}
            rightSection={<Key>Ctrl Enter</Key>}
          >
            {w.bulk.begin}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type FieldsProps = {
  what: What;
  company: number;
  form: BulkForm;
  set: (part: Partial<BulkForm>) => void;
  lack: ReturnType<typeof lacks>;
  at: (field: string) => string | undefined;
};

function Fields({ what, company, form, set, lack, at }: FieldsProps) {
  const w = useWords();
  const choices = useChoices(company).data;
  if (what === "status") return <StatusFields company={company} form={form} set={set} lack={lack} at={at} />;
  if (what === "labels") {
    const tags = (choices?.tags ?? []).map((t) => ({ value: String(t.id), label: t.name }));
    const pick = (key: "put" | "off", ids: string[]) => set({ [key]: ids.map(Number) });
    const data = (other: number[]) => tags.filter((t) => !other.includes(Number(t.value)));
    return (
      <>
        <MultiSelect
          label={w.bulk.put}
          data-autofocus
          searchable
          data={data(form.off)}
          value={form.put.map(String)}
          error={lack === "labels" ? w.bulk.lack.labels : at("put")}
          onChange={(ids) => pick("put", ids)}
        />
        <MultiSelect
          label={w.bulk.off}
          searchable
          data={data(form.put)}
          value={form.off.map(String)}
          onChange={(ids) => pick("off", ids)}
        />
      </>
    );
  }
  const people = (what === "executor" ? choices?.executors : choices?.responsible) ?? [];
  return (
    <Select
      label={w.bulk.what[what]}
      description={w.bulk.from[what]}
      data-autofocus
      searchable
      nothingFoundMessage={w.filter.none}
      data={people.map((p) => ({ value: String(p.id), label: p.name }))}
      value={form.member > 0 ? String(form.member) : null}
      error={lack === "member" ? w.bulk.lack.member : at("member_id")}
      onChange={(v) => set({ member: Number(v ?? 0) })}
    />
  );
}

function StatusFields({ company, form, set, lack, at }: Omit<FieldsProps, "what">) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const offered = usePostponeReasons(company, form.to === "postponed" && company > 0).data ?? [];
  const mine = TARGETS.filter((to) => may(me, "ticket.assign") || (to !== "closed" && to !== "cancelled"));
  return (
    <>
      <Select
        label={w.bulk.to}
        data-autofocus
        allowDeselect={false}
        data={mine.map((to) => ({ value: to, label: c.status[to] }))}
        value={form.to}
        error={lack === "to" ? w.bulk.lack.to : at("to")}
        onChange={(v) => set({ to: v as To | null })} // its data are these
      />
      {form.to === "postponed" && (
        <div className="row" style={{ alignItems: "flex-start" }}>
          <TextInput
            type="date"
            label={w.move.date}
            className="grow"
            value={form.date}
            min={dayIn(serverNow(), me.zone)}
            error={lack === "date" ? w.move.dateNeeded : at("until")}
            onChange={(e) => set({ date: e.currentTarget.value })}
          />
          <TextInput
            type="time"
            label={w.move.time}
            w={120}
            value={form.time}
            onChange={(e) => set({ time: e.currentTarget.value })}
          />
        </div>
      )}
      {offered.length > 0 && form.to === "postponed" && (
        <div className="row wrap" role="group" aria-label={w.move.offered}>
          {offered.map((name) => (
            <button
              key={name}
              type="button"
              className={form.reason === name ? "chip acc press" : "chip press"}
              aria-pressed={form.reason === name}
              onClick={() => set({ reason: name })}
            >
              {name}
            </button>
          ))}
        </div>
      )}
      {asksReason(form.to) && (
        <Textarea
          label={w.move.reason}
          {...(form.to === "in_progress" ? { description: w.bulk.reopening } : {})}
          withAsterisk={form.to !== "in_progress"}
          minRows={2}
          maxLength={500}
          value={form.reason}
          error={lack === "reason" ? w.move.reasonNeeded : at("reason")}
          onChange={(e) => set({ reason: e.currentTarget.value })}
        />
      )}
    </>
  );
}
