import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useMe } from "../session/session";
import { serverNow } from "../time/clock";
import { dayIn } from "../time/format";
import { useFocusBack } from "../ui/focus";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useCancelLeave, useSaveLeave, useStaff, type LeaveForm, type StaffCard, type StaffLeave } from "./api";
import { dayText } from "./hours";
import { useWords } from "./words";

type Person = { member_id: number; name: string };
type DialogProps = { people: readonly Person[]; member?: number; leave?: StaffLeave; onClose: () => void };

/** A leave of one of the people: of the one given, or of whom is chosen. */
export function LeaveDialog({ people, member, leave, onClose }: DialogProps) {
  useFocusBack();
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const said = useSaid();
  const today = dayIn(serverNow(), me.zone);
  const [who, setWho] = useState<number>(member ?? people[0]?.member_id ?? 0);
  const [form, setForm] = useState<LeaveForm>(() => ({
    kind: leave?.kind ?? "vacation",
    starts_on: leave?.starts_on ?? today,
    ends_on: leave?.ends_on ?? today,
    substitute_id: leave?.substitute?.member_id ?? null,
    note: leave?.note ?? "",
  }));
  const save = useSaveLeave(who, leave?.id);
  const refusal = useRefusal(save.error);
  const set = (part: Partial<LeaveForm>) => setForm((f) => ({ ...f, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(form, {
      onSuccess: () => {
        said(w.card.leaveSaved);
        onClose();
      },
    });
  };
  const options = people.map((p) => ({ value: String(p.member_id), label: p.name }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={<b>{w.card.addLeave}</b>}
      closeButtonProps={{ "aria-label": c.close }}
      zIndex={400}
    >
      <form className="col" style={{ gap: 12 }} onSubmit={submit} noValidate>
        {member === undefined && (
          <Select
            label={w.schedule.person}
            searchable
            allowDeselect={false}
            data={options}
            value={String(who)}
            onChange={(v) => v && setWho(Number(v))}
            comboboxProps={{ zIndex: 500 }}
          />
        )}
        <Select
          label={w.card.kind}
          allowDeselect={false}
          data={(["vacation", "sick", "other"] as const).map((k) => ({ value: k, label: w.card.leaveKind[k] }))}
          value={form.kind}
          onChange={(v) => v && set({ kind: v as LeaveForm["kind"] })}
          comboboxProps={{ zIndex: 500 }}
        />
        <div className="row" style={{ alignItems: "flex-start" }}>
          <TextInput
            type="date"
            className="grow"
            label={w.card.leaveFrom}
            value={form.starts_on}
            error={refusal.at("starts_on")}
            onChange={(e) => set({ starts_on: e.currentTarget.value })}
          />
          <TextInput
            type="date"
            className="grow"
            label={w.card.leaveTo}
            value={form.ends_on}
            error={refusal.at("ends_on")}
            onChange={(e) => set({ ends_on: e.currentTarget.value })}
          />
        </div>
        <Select
          label={w.card.substitute}
          placeholder={w.card.nobody}
          searchable
          clearable
          data={options.filter((o) => o.value !== String(who))}
          value={form.substitute_id === null ? null : String(form.substitute_id)}
          error={refusal.at("substitute_id")}
          onChange={(v) => set({ substitute_id: v === null ? null : Number(v) })}
          comboboxProps={{ zIndex: 500 }}
        />
        <TextInput
          label={w.card.note}
          maxLength={300}
          value={form.note ?? ""}
          onChange={(e) => set({ note: e.currentTarget.value })}
        />
        <Rest of={refusal} />
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button type="submit" className="btn-primary" loading={save.isPending}>
            {w.card.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** The leaves of a person in his card. */
export function Leaves({ card, canEdit }: { card: StaffCard; canEdit: boolean }) {
  const w = useWords();
  const me = useMe();
  const said = useSaid();
  const today = dayIn(serverNow(), me.zone);
  const [open, setOpen] = useState<StaffLeave | "new" | null>(null);
  const people = useStaff({});
  const cancel = useCancelLeave();
  const again = useSaveLeave(card.member_id);
  return (
    <section className="member-part">
      <h2>{w.card.leaves}</h2>
      {card.leaves.length === 0 && <div className="quiet">{w.card.noLeaves}</div>}
      {card.leaves.map((l) => (
        <div className="row" key={l.id}>
          <span className="grow">
            {w.card.leaveKind[l.kind]} {dayText(l.starts_on, today)}–{dayText(l.ends_on, today)}
            <span className="t3">
              {" · "}
              {w.card.substitute.toLowerCase()} {l.substitute?.name ?? w.card.nobody}
              {l.note && ` · ${l.note}`}
            </span>
          </span>
          {canEdit && (
            <>
              <Button size="compact-xs" variant="default" onClick={() => setOpen(l)}>
                {w.card.change}
              </Button>
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() =>
                  cancel.mutate(l.id, {
                    onSuccess: () =>
                      said(w.card.cancelled, () =>
                        again.mutate({
                          kind: l.kind,
                          starts_on: l.starts_on,
                          ends_on: l.ends_on,
                          note: l.note,
                          substitute_id: l.substitute?.member_id ?? null,
                        }),
                      ),
                  })
                }
              >
                {w.card.cancelLeave}
              </Button>
            </>
          )}
        </div>
      ))}
      <Refused error={cancel.error ?? again.error} />
      {canEdit && (
        <div>
          <Button size="xs" variant="default" onClick={() => setOpen("new")}>
            {w.card.addLeave}
          </Button>
        </div>
      )}
      {open && (
        <LeaveDialog
          people={people.data?.items ?? []}
          member={card.member_id}
          {...(open === "new" ? {} : { leave: open })}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}
