import { Button, Checkbox, Modal, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { BuildingCard } from "../api/types";
import { useNow } from "../time/clock";
import { dateOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useHeirs, usePass, usePassages } from "./api";
import { useWords } from "./words";

/** The house's way to another company: ordered for a day, withdrawn before it (F15). */
export function Passages({ house }: { house: BuildingCard }) {
  const words = useWords();
  const w = words.passage;
  const now = useNow();
  const said = useSaid();
  const passages = usePassages(house.id);
  const pass = usePass(house.id);
  const [open, setOpen] = useState(false);
  const items = passages.data?.items ?? [];
  const going = items.find((p) => !p.withdrawn_at && Date.parse(p.at) > now);
  const past = items.filter((p) => p !== going);
  const day = (iso: string) => dateOf(iso, house.zone, now);
  return (
    <div className="col">
      <div className="row wrap">
        {going ? (
          <>
            <span>
              {w.going(going.to_company?.name ?? "", day(going.at))}, {going.with_contacts ? w.withContacts : w.without}
            </span>
            <Button
              size="xs"
              variant="default"
              loading={pass.isPending}
              onClick={() => pass.mutate(null, { onSuccess: () => said(w.withdrawn) })}
            >
              {w.withdraw}
            </Button>
          </>
        ) : (
          passages.data &&
          !house.is_archived && (
            <Button size="xs" variant="default" onClick={() => setOpen(true)}>
              {w.open}
            </Button>
          )
        )}
      </div>
      {!open && <Refused error={pass.error} />}
      {past.length > 0 && (
        <Panel title={w.past}>
          {past.map((p) => (
            <div key={p.ordered_at} className="li row wrap">
              <span className="grow">{w.done(p.to_company?.name ?? "", day(p.at))}</span>
              <span className="t2">
                {p.withdrawn_at
                  ? w.off
                  : [p.with_contacts && w.carried(p.contacts), w.left(p.open_tickets)].filter(Boolean).join(", ")}
              </span>
            </div>
          ))}
        </Panel>
      )}
      <Modal opened={open} onClose={() => setOpen(false)} title={w.title(house.address)}>
        <Form
          house={house}
          onDone={() => {
            setOpen(false);
            said(w.ordered);
          }}
          onCancel={() => setOpen(false)}
        />
      </Modal>
    </div>
  );
}

function Form({ house, onDone, onCancel }: { house: BuildingCard; onDone: () => void; onCancel: () => void }) {
  const words = useWords();
  const w = words.passage;
  const heirs = useHeirs(house.company_id, true);
  const pass = usePass(house.id);
  const refusal = useRefusal(pass.error);
  const [to, setTo] = useState("");
  const [on, setOn] = useState("");
  const [contacts, setContacts] = useState(false);
  const [note, setNote] = useState("");
  return (
    <form
      className="col"
      onSubmit={(e) => {
        e.preventDefault();
        pass.mutate({ to_company_id: Number(to), on, with_contacts: contacts, note }, { onSuccess: onDone });
      }}
    >
      <div>{w.text}</div>
      <NativeSelect
        data-autofocus
        label={w.to}
        required
        value={to}
        data={[
          { value: "", label: "" },
          ...(heirs.data ?? []).map((c) => ({ value: String(c.id), label: `${c.name}, ${c.city}` })),
        ]}
        error={refusal.at("to_company_id")}
        onChange={(e) => setTo(e.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={w.on}
        required
        value={on}
        error={refusal.at("on")}
        onChange={(e) => setOn(e.currentTarget.value)}
      />
      <Checkbox
        label={w.contacts}
        description={w.contactsHint}
        checked={contacts}
        onChange={(e) => setContacts(e.currentTarget.checked)}
      />
      <TextInput
        label={w.note}
        placeholder={w.noteHint}
        maxLength={300}
        value={note}
        error={refusal.at("note")}
        onChange={(e) => setNote(e.currentTarget.value)}
      />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={pass.isPending}>
          {w.order}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  );
}
