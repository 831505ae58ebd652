import { Button, Modal, Radio } from "@mantine/core";
import { IconPhoneCall, IconPhoneOff } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import type { TicketCard } from "../api/types";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Note, useErrorText } from "../ui/blocks";
import { Rest, useRefusal } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useConnect, useConnection, useWithdraw, type Connecting } from "./connection";
import { useWords } from "./words";

const over: readonly TicketCard["status"][] = ["closed", "cancelled"];
/** So long what became of the last call stands on the card. */
const SHOWN_FOR = 10 * 60_000;

/** The centre rings the person's own phone, then the resident's, and joins the two (J12). */
export function CallResident({ ticket: t, big = false }: { ticket: TicketCard; big?: boolean }) {
  const me = useMe();
  const isTheirs = me.kind === "company" && may(me, "ticket.call") && t.caller_phone !== "" && !over.includes(t.status);
  return isTheirs ? <Calling key={t.id} ticket={t} big={big} /> : null;
}

function Calling({ ticket: t, big }: { ticket: TicketCard; big: boolean }) {
  const w = useWords().connect;
  const [open, setOpen] = useState(false);
  const connection = useConnection(t.id);
  const last = connection.data?.last;
  const isGoing = (last?.state ?? "over") !== "over";
  return (
    <div className="col" style={{ flex: "none" }}>
      {connection.data && <Course ticket={t} connecting={connection.data} />}
      {!isGoing && (
        <Button
          {...(big ? { h: 48, fz: 16 } : {})}
          variant="default"
          data-testid="call-resident"
          leftSection={<IconPhoneCall size={20} aria-hidden />}
          onClick={() => setOpen(true)}
        >
          {w.button}
        </Button>
      )}
      <Modal opened={open && !isGoing} onClose={() => setOpen(false)} title={<span className="b">{w.title}</span>}>
        {connection.data ? (
          <Form ticket={t} connecting={connection.data} onDone={() => setOpen(false)} />
        ) : (
          <Waiting error={connection.error} isAway={connection.fetchStatus === "paused"} />
        )}
      </Modal>
    </div>
  );
}

function Waiting({ error, isAway }: { error: Error | null; isAway: boolean }) {
  const w = useWords().connect;
  const text = useErrorText();
  const isOffline = isAway || (error instanceof ApiError && error.isOffline);
  return <div role="status">{isOffline ? w.away : error ? text(error) : w.looking}</div>;
}

/** Whose phone rings now, or what became of it. */
function Course({ ticket: t, connecting }: { ticket: TicketCard; connecting: Connecting }) {
  const w = useWords().connect;
  const now = useNow();
  const text = useErrorText();
  const withdraw = useWithdraw(t.id);
  const { last } = connecting;
  if (!last || (last.state === "over" && now - Date.parse(last.asked_at) > SHOWN_FOR)) return null;
  const isRinging = last.state === "calling_you" || last.state === "calling_resident";
  const said = last.state === "over" ? last.result && w.result[last.result] : w.state[last.state];
  const isBad = last.state === "over" && last.result !== "talked" && last.result !== "withdrawn";
  return (
    <Note {...(isBad ? { tone: "plan" as const } : { tone: "acc" as const })}>
      <div className="grow" role="status" data-testid="connection">
        <div className="b">{said}</div>
        <div className="s12 t2">
          {last.state === "over" ? momentOf(last.asked_at, t.zone, now) : phoneOf(connecting.resident)}
        </div>
        {withdraw.error && <div className="s12 k-emg">{text(withdraw.error)}</div>}
      </div>
      {isRinging && (
        <Button
          variant="default"
          h={44}
          loading={withdraw.isPending}
          leftSection={<IconPhoneOff size={18} aria-hidden />}
          onClick={() => withdraw.mutate()}
        >
          {w.withdraw}
        </Button>
      )}
    </Note>
  );
}

type FormProps = { ticket: TicketCard; connecting: Connecting; onDone: () => void };

function Form({ ticket: t, connecting: c, onDone }: FormProps) {
  const w = useWords().connect;
  const common = useCommon();
  const now = useNow();
  const connect = useConnect(t.id);
  const refusal = useRefusal(connect.error);
  const [key] = useState(newKey); // pressed twice it is one call
  const [phone, setPhone] = useState(c.phones[0]?.phone ?? "");
  if (c.why) return <div role="status">{w.why[c.why]}</div>;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (connect.isPending) return;
    connect.mutate({ key, phone, ...(c.quiet ? { quiet_seen: true } : {}) }, { onSuccess: onDone });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div className="s13 t2">{w.about}</div>
      <div>
        {w.resident}: <b>{phoneOf(c.resident)}</b>
      </div>
      {c.phones.length > 1 ? (
        <Radio.Group label={w.mine} value={phone} onChange={setPhone} error={refusal.at("phone")}>
          {c.phones.map((p) => (
            <Radio
              key={p.phone}
              mt={8}
              value={p.phone}
              label={phoneOf(p.phone)}
              description={[p.note, !p.now && w.notNow].filter(Boolean).join(", ")}
            />
          ))}
        </Radio.Group>
      ) : (
        <div>
          {w.mine}: <b>{phoneOf(phone)}</b>
          {refusal.at("phone") && <span className="k-emg"> {refusal.at("phone")}</span>}
        </div>
      )}
      {c.quiet && <Note tone="plan">{w.quiet(momentOf(c.quiet, t.zone, now))}</Note>}
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" data-autofocus loading={connect.isPending}>
          {c.quiet ? w.sendQuiet : w.send}
        </Button>
        <Button variant="default" onClick={onDone}>
          {common.cancel}
        </Button>
      </div>
    </form>
  );
}

function newKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is there on safe pages only
  return [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
}
