import { ActionIcon, Checkbox, MultiSelect, Select, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { phoneOf } from "../../time/format";
import { isUndialled } from "../../ui/dialled/dialled";
import { DrawerForm, More } from "../../ui/DrawerForm";
import { useRefusal, useSaid } from "../../ui/settings";
import { draftOf, noHours, read, useMembers, useReasonChoices, useSave, type Draft, type Row } from "./api";
import { useWords } from "./words";

const over = { zIndex: 500 }; // above the drawer

type Part = { draft: Draft; set: (part: Partial<Draft>) => void; at: (field: string) => string | undefined };

/** Who it is, for which subjects, by which phones and when. */
export function CompetentForm({ row, onDone }: { row?: Row | undefined; onDone: () => void }) {
  const w = useWords();
  const members = useMembers();
  const reasons = useReasonChoices();
  const [draft, setDraft] = useState<Draft>(() => draftOf(row));
  const [wrong, setWrong] = useState<number[]>([]);
  const save = useSave();
  const said = useSaid();
  const refusal = useRefusal(save.error);
  const set = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const send = () => {
    const got = read(draft);
    setWrong(got.wrong);
    if (got.wrong.length > 0) return;
    save.mutate(
      { row, body: got.body },
      {
        onSuccess: (r) => {
          said(row ? w.saved : w.added(r.name));
          onDone();
        },
      },
    );
  };
  const choose = (value: string | null) => {
    const m = (members.data?.items ?? []).find((x) => String(x.member_id) === value);
    set(m ? { member_id: m.member_id, name: m.name, position: m.position } : { member_id: null });
  };
  return (
    <DrawerForm onSend={send} isPending={save.isPending} refusal={refusal} save={w.save}>
      <Select
        label={w.member}
        description={w.memberHint}
        placeholder={w.nobody}
        searchable
        clearable
        data={(members.data?.items ?? []).map((m) => ({
          value: String(m.member_id),
          label: [m.name, m.position].filter(Boolean).join(", "),
        }))}
        value={draft.member_id ? String(draft.member_id) : null}
        error={refusal.at("member_id")}
        comboboxProps={over}
        onChange={choose}
      />
      <TextInput
        label={w.name}
        placeholder={w.nameHint}
        withAsterisk
        maxLength={120}
        value={draft.name}
        error={refusal.at("name")}
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      <TextInput
        label={w.position}
        maxLength={120}
        value={draft.position}
        error={refusal.at("position")}
        onChange={(e) => set({ position: e.currentTarget.value })}
      />
      <TextInput
        label={w.subject}
        placeholder={w.subjectHint}
        withAsterisk
        maxLength={300}
        value={draft.subject}
        error={refusal.at("subject")}
        onChange={(e) => set({ subject: e.currentTarget.value })}
      />
      <MultiSelect
        label={w.forReasons}
        description={w.forReasonsHint}
        searchable
        clearable
        limit={60}
        data={(reasons.data?.items ?? []).map((r) => ({ value: String(r.id), label: r.name }))}
        value={draft.reason_ids.map(String)}
        error={refusal.at("reason_ids")}
        comboboxProps={over}
        onChange={(ids) => set({ reason_ids: ids.map(Number) })}
      />
      <Phones draft={draft} set={set} at={refusal.at} />
      <Hours
        draft={draft}
        set={set}
        at={(f) => (wrong.some((i) => f === `hours[${i}]`) ? w.hoursBad : refusal.at(f))}
      />
    </DrawerForm>
  );
}

function Phones({ draft, set, at }: Part) {
  const w = useWords();
  const put = (i: number, phone: string) => set({ phones: draft.phones.map((p, n) => (n === i ? phone : p)) });
  return (
    <section className="col">
      <h3 className="sect">{w.phones}</h3>
      {draft.member_id !== null && <div className="s12 t2">{w.phonesOwn}</div>}
      {at("phones") && (
        <div className="field-error" role="alert">
          {at("phones")}
        </div>
      )}
      {draft.phones.map((p, i) => (
        <div className="row comp-phone" key={i}>
          <TextInput
            className="grow"
            label={w.phone(i + 1)}
            description={isUndialled(p, []) ? w.undialled : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            type="tel"
            maxLength={40}
            value={p.startsWith("+7") ? phoneOf(p) : p}
            error={at(`phones[${i}]`)}
            onChange={(e) => put(i, e.currentTarget.value)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={w.removePhone(i + 1)}
            onClick={() => set({ phones: draft.phones.filter((_, n) => n !== i) })}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <More
        label={w.addPhone}
        disabled={draft.phones.length >= 5}
        onClick={() => set({ phones: [...draft.phones, ""] })}
      />
    </section>
  );
}

function Hours({ draft, set, at }: Part) {
  const w = useWords();
  const names = w.weekdays.split(" ");
  const put = (i: number, part: Partial<Draft["hours"][number]>) =>
    set({ hours: draft.hours.map((h, n) => (n === i ? { ...h, ...part } : h)) });
  return (
    <section className="col">
      <h3 className="sect">{w.hours}</h3>
      <div className="s12 t2">{w.hoursAbout}</div>
      {draft.hours.map((h, i) => (
        <div className="row wrap" key={i} style={{ alignItems: "flex-end" }}>
          <TextInput
            w={190}
            label={w.hoursOf}
            placeholder={w.hoursHint}
            value={h.hours}
            error={at(`hours[${i}]`) ?? at(`hours[${i}].from`)}
            onChange={(e) => put(i, { hours: e.currentTarget.value })}
          />
          <MultiSelect
            className="grow"
            miw={150}
            label={w.days}
            placeholder={h.days.length === 0 ? w.everyDay : ""}
            data={names.map((label, n) => ({ value: String(n), label }))}
            value={h.days}
            comboboxProps={over}
            onChange={(days) => put(i, { days })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={w.removeHours(i + 1)}
            onClick={() => set({ hours: draft.hours.filter((_, n) => n !== i) })}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <More
        label={w.addHours}
        disabled={draft.hours.length >= 14}
        onClick={() => set({ hours: [...draft.hours, noHours] })}
      />
      <Checkbox
        label={w.byCalendar}
        checked={draft.by_calendar}
        onChange={(e) => set({ by_calendar: e.currentTarget.checked })}
      />
    </section>
  );
}
