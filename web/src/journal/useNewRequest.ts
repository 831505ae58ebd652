import { useRef, useState } from "react";
import { ApiError } from "../api/client";
import type { TicketCreated, TicketRow } from "../api/types";
import { bodyOf, type RequestForm } from "../request/form";
import { useWords as useRequestWords } from "../request/words";
import { useMe } from "../session/session";
import { serverNow } from "../time/clock";
import { useCreate, useJoin } from "./api";
import { draftName, keepDraft, newDraft, problemsOf, readDraft } from "./requestDraft";
import { useWords } from "./words";

/** The new request of the person: its form, the draft behind it, and the saving. */
export function useNewRequest() {
  const w = useWords();
  const rw = useRequestWords();
  const me = useMe();
  const name = draftName(me.user.id, me.company?.id ?? 0);
  const [draft, setDraft] = useState(() => readDraft(name));
  const [tried, setTried] = useState(false);
  const [saved, setSaved] = useState<TicketCreated | null>(null);
  const create = useCreate();
  const sameTrouble = useJoin();
  const [joined, setJoined] = useState<{ ticket: TicketRow; reference: string } | null>(null);
  const sending = useRef(false); // two presses in one frame: `isPending` is not yet there at the second
  const refused = create.error instanceof ApiError ? create.error : null;
  const words = {
    place: rw.address.required,
    reason: rw.reason.required,
    answer: rw.questions.required,
    phone: w.form.phoneBad,
    consultation: w.form.consultation,
  };
  const { form } = draft;

  const setForm = (change: (form: RequestForm) => RequestForm) => {
    if (sending.current) return; // it is on its way as it was
    if (create.isError) create.reset();
    setDraft((d) => {
      const next = { ...d, form: change(d.form), keptAt: serverNow() };
      keepDraft(name, next);
      return next;
    });
  };
  const clear = () => {
    const next = newDraft();
    keepDraft(name, next);
    create.reset();
    setTried(false);
    setSaved(null);
    setJoined(null);
    setDraft(next);
  };
  /** True: it was sent. False: something is missing, it stands at the fields. */
  const save = (): boolean => {
    if (sending.current || saved) return true;
    setTried(true);
    const body = bodyOf(form, draft.key);
    if (!body || Object.keys(problemsOf(form, true, null, words)).length > 0) return false;
    sending.current = true;
    create.mutate(body, {
      onSuccess: (made) => {
        keepDraft(name, newDraft());
        setSaved(made);
      },
      onSettled: () => (sending.current = false),
    });
    return true;
  };
  /** The caller is joined to a request that is there; the draft is done with. */
  const join = (ticket: TicketRow) => {
    if (sending.current) return;
    sending.current = true;
    const body = { unit: form.place?.unit ?? "", caller_phone: form.phone.trim(), idempotency_key: draft.key };
    sameTrouble.mutate(
      { id: ticket.id, ...body },
      {
        onSuccess: ({ reference }) => {
          keepDraft(name, newDraft());
          setJoined({ ticket, reference });
        },
        onSettled: () => (sending.current = false),
      },
    );
  };
  return {
    me,
    form,
    keptAt: draft.keptAt,
    problems: problemsOf(form, tried, refused, words),
    error: create.error ?? sameTrouble.error,
    saving: create.isPending || sameTrouble.isPending,
    saved,
    joined,
    join,
    setForm,
    save,
    clear,
  };
}

export type NewRequest = ReturnType<typeof useNewRequest>;
