import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, take } from "../api/client";
import type { TicketCard } from "../api/types";
import { useNow } from "../time/clock";
import { momentIn, momentOf } from "../time/format";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useWords } from "./words";

function useAskResident(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { what: string; by?: string }) =>
      take(api.POST("/api/v1/tickets/{id}/ask-resident", { params: { path: { id } }, body })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["ticket", id] }),
  });
}

const over: readonly TicketCard["status"][] = ["closed", "cancelled"];

/** The dispatch centre calls the resident about what somebody wants to know; the answer comes into the history. */
export function AskResident({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords().ask;
  const [open, setOpen] = useState(false);
  if (!t.can.includes("comment") || !t.caller_phone || over.includes(t.status)) return null;
  return (
    <>
      <Button variant="default" data-testid="ask-resident" onClick={() => setOpen(true)}>
        {w.button}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={<span className="b">{w.title}</span>}>
        {open && <Form ticket={t} onDone={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Form({ ticket: t, onDone }: { ticket: TicketCard; onDone: () => void }) {
  const w = useWords().ask;
  const c = useCommon();
  const now = useNow();
  const said = useSaid();
  const ask = useAskResident(t.id);
  const refusal = useRefusal(ask.error);
  const [what, setWhat] = useState("");
  const [date, setDate] = useState("");
  const [time, setTime] = useState("18:00");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ask.isPending) return;
    ask.mutate(date ? { what, by: momentIn(t.zone, date, time) } : { what }, {
      onSuccess: (a) => {
        said(Date.parse(a.due_at) > now + 60_000 ? w.later(momentOf(a.due_at, t.zone, now)) : w.soon);
        onDone();
      },
    });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div className="s13 t2">{w.about}</div>
      <Textarea
        data-autofocus
        label={w.what}
        placeholder={w.whatHint}
        autosize
        minRows={2}
        maxLength={300}
        value={what}
        error={refusal.at("what")}
        onChange={(e) => setWhat(e.currentTarget.value)}
      />
      <div className="row">
        <TextInput
          type="date"
          label={w.by}
          value={date}
          error={refusal.at("by")}
          onChange={(e) => setDate(e.currentTarget.value)}
        />
        {date && <TextInput type="time" label={w.time} value={time} onChange={(e) => setTime(e.currentTarget.value)} />}
      </div>
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={ask.isPending}>
          {w.send}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}
