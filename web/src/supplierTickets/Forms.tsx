import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import { serverNow } from "../time/clock";
import { dayIn, momentIn, numberOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid, type Refusal } from "../ui/settings";
import { useHandOver, useNews, type News, type PairCard } from "./api";
import type { PairStatus } from "./search";
import { useWords } from "./words";

type Props = { pair: PairCard };
type Moment = { day: string; time: string };

/** The moment of the fields; nothing while no hour is set. */
function momentOf(m: Moment, zone: string): { followup_at?: string } {
  return m.day && m.time ? { followup_at: momentIn(zone, m.day, m.time) } : {};
}

/** Hour X as a day and a time by the clock of the house. */
function HourFields({ value, onChange, refusal }: { value: Moment; onChange: (m: Moment) => void; refusal: Refusal }) {
  const w = useWords().hand;
  return (
    <div className="row wrap" style={{ alignItems: "flex-start" }}>
      <TextInput
        type="time"
        label={w.x}
        description={w.xHint}
        value={value.time}
        error={refusal.at("followup_at")}
        onChange={(e) => onChange({ ...value, time: e.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={w.xDay}
        description=" "
        value={value.day}
        onChange={(e) => onChange({ ...value, day: e.currentTarget.value })}
      />
    </div>
  );
}

/** The supplier was told: its number, who took it, when to ask. */
export function HandOverForm({ pair: p }: Props) {
  const w = useWords();
  const send = useHandOver(p.id);
  const refusal = useRefusal(send.error);
  const said = useSaid();
  const [number, setNumber] = useState("");
  const [who, setWho] = useState("");
  const [at, setAt] = useState<Moment>({ day: dayIn(serverNow(), p.zone), time: "" });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const body = { version: p.version, their_number: number.trim(), handed_to: who.trim(), ...momentOf(at, p.zone) };
    send.mutate(body, { onSuccess: () => said(w.done) });
  };
  return (
    <Panel title={w.hand.title}>
      <form className="col" onSubmit={submit}>
        <TextInput
          label={w.hand.theirs}
          placeholder={w.hand.theirsHint}
          maxLength={60}
          value={number}
          error={refusal.at("their_number")}
          onChange={(e) => setNumber(e.currentTarget.value)}
        />
        <TextInput
          label={w.hand.to}
          maxLength={100}
          value={who}
          error={refusal.at("handed_to")}
          onChange={(e) => setWho(e.currentTarget.value)}
        />
        <HourFields value={at} onChange={setAt} refusal={refusal} />
        <Rest of={refusal} />
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button type="submit" className="btn-primary" loading={send.isPending}>
            {w.hand.go}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

type To = Exclude<PairStatus, "handed_over">;
const isTo = (s: PairStatus): s is To => s !== "handed_over";

/** What was heard since. Ending it while the ordinary request is open is asked about, never done with it. */
export function NewsForm({ pair: p }: Props) {
  const w = useWords();
  const send = useNews(p.id);
  const refusal = useRefusal(send.error);
  const said = useSaid();
  const [to, setTo] = useState<To | "">("");
  const [text, setText] = useState("");
  const [number, setNumber] = useState(p.their_number);
  const [at, setAt] = useState<Moment>({ day: dayIn(serverNow(), p.zone), time: "" });
  const asks = send.error instanceof ApiError && send.error.code === "supplier_ticket.ticket_open";
  const submit = (seen: boolean) => {
    const body: News = { version: p.version, text: text.trim(), ...momentOf(at, p.zone), pair_seen: seen };
    if (to) body.to = to;
    if (number.trim() !== p.their_number) body.their_number = number.trim();
    send.mutate(body, { onSuccess: () => said(w.done) });
  };
  const states = p.to.filter(isTo);
  const ends = to === "done" || to === "closed" || to === "cancelled" || to === "new";
  return (
    <Panel title={w.tell.title}>
      <form
        className="col"
        onSubmit={(e) => {
          e.preventDefault();
          submit(false);
        }}
      >
        <Select
          label={w.tell.state}
          allowDeselect={false}
          data={[{ value: "", label: `${w.same}: ${w.status[p.status].toLowerCase()}` }].concat(
            states.map((s) => ({ value: s, label: w.to[s] })),
          )}
          value={to}
          onChange={(v) => setTo(states.find((s) => s === v) ?? "")}
        />
        <Textarea
          label={w.tell.text}
          minRows={2}
          maxLength={2000}
          value={text}
          error={refusal.at("text")}
          onChange={(e) => setText(e.currentTarget.value)}
        />
        <TextInput
          label={w.hand.theirs}
          maxLength={60}
          value={number}
          error={refusal.at("their_number")}
          onChange={(e) => setNumber(e.currentTarget.value)}
        />
        {!ends && p.status !== "done" && <HourFields value={at} onChange={setAt} refusal={refusal} />}
        {asks ? (
          <div role="alert">
            <Note tone="plan">{w.tell.sure(numberOf(p.number))}</Note>
          </div>
        ) : (
          <Rest of={refusal} />
        )}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          {asks ? (
            <Button className="btn-primary" loading={send.isPending} onClick={() => submit(true)}>
              {w.tell.yes}
            </Button>
          ) : (
            <Button type="submit" className="btn-primary" loading={send.isPending}>
              {w.tell.go}
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}
