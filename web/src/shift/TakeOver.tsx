import { Button, Checkbox, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useHandover, useTakeShift, type Handover } from "./api";
import { Loaded } from "./Loaded";
import { Matters } from "./Matters";
import { useWords } from "./words";

/** A shift that somebody gives: it is read, then taken. */
export function TakeOver({ of }: { of: Handover }) {
  const w = useWords().handover;
  const me = useMe();
  const now = useNow();
  return (
    <Panel title={w.takeFrom(of.given_by, momentOf(of.given_at, me.zone, now))}>
      <div className="col" data-testid={`take-over-${of.id}`}>
        {of.note && <div className="shift-words">{of.note}</div>}
        <Loaded of={useHandover(of.id)}>{(h) => <Matters of={h.matters} />}</Loaded>
        <Take id={of.id} />
      </div>
    </Panel>
  );
}

function Take({ id }: { id: number }) {
  const w = useWords().handover;
  const said = useSaid();
  const accept = useTakeShift(id);
  const refusal = useRefusal(accept.error);
  const [read, setRead] = useState(false);
  const [note, setNote] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!accept.isPending) accept.mutate({ is_read: read, note }, { onSuccess: () => said(w.taken) });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <Textarea
        label={w.takenNote}
        autosize
        maxLength={2000}
        value={note}
        error={refusal.at("note")}
        onChange={(e) => setNote(e.currentTarget.value)}
      />
      <Checkbox
        label={w.read}
        checked={read}
        error={refusal.at("is_read")}
        onChange={(e) => setRead(e.currentTarget.checked)}
      />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={accept.isPending} data-testid="take-shift">
          {w.take}
        </Button>
      </div>
    </form>
  );
}
