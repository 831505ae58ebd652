import { useRef, useState } from "react";
import { ApiError } from "../api/client";
import type { TicketCreated, TicketRow } from "../api/types";
import { useJoinNotice, type Notice } from "../notices/api";
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
  const sameOutage = useJoinNotice();
  const [joined, setJoined] = useState<{ ticket: TicketRow; reference: string } | null>(null);
  const [joinedNotice, setJoinedNotice] = useState<{ notice: Notice; reference: string } | null>(null);
  const sending = useRef(false); // two presses in one frame: `isPending` is not yet there at the second
  const failed = create.error ?? sameTrouble.error ?? sameOutage.error;
  const refused = failed instanceof ApiError ? failed : null;
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
    for (const sent of [create, sameTrouble, sameOutage]) if (sent.isError) sent.reset();
    setDraft((d) => {
      const next = { ...d, form: change(d.form), keptAt: serverNow() };
      keepDraft(name, next);
      return next;
    });
  };
  const clear = () => {
    const next = newDraft();
    keepDraft(name, next);
    for (const sent of [create, sameTrouble, sameOutage]) sent.reset();
    setTried(false);
    setSaved(null);
    setJoined(null);
    setJoinedNotice(null);
    setDraft(next);
  };
  /** True: it was sent. False: something is missing, it stands at the fields. */
  const save = (): boolean => {
    if (sending.current || saved || joined || joinedNotice) return true;
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
  const caller = { unit: form.place?.unit ?? "", caller_phone: form.phone.trim(), idempotency_key: draft.key };
  /** The caller is joined to what is there already; the draft is done with. */
  const whenJoined = (show: (reference: string) => void) => ({
    onSuccess: ({ reference }: { reference: string }) => {
      keepDraft(name, newDraft());
      show(reference);
    },
    onSettled: () => void (sending.current = false),
  });
  const join = (ticket: TicketRow) => {
    if (sending.current) return;
    sending.current = true;
    sameTrouble.mutate(
      { id: ticket.id, ...caller },
      whenJoined((reference) => setJoined({ ticket, reference })),
    );
  };
  const joinNotice = (notice: Notice) => {
    if (sending.current || !form.place) return;
    sending.current = true;
    const body = { id: notice.id, building_id: form.place.buildingId, ...caller };
    sameOutage.mutate(
      body,
      whenJoined((reference) => setJoinedNotice({ notice, reference })),
    );
  };
  return {
    me,
    form,
    keptAt: draft.keptAt,
    problems: problemsOf(form, tried, refused, words),
    error: failed,
    saving: create.isPending || sameTrouble.isPending || sameOutage.isPending,
    saved,
    isOver: saved !== null || joined !== null || joinedNotice !== null,
    joined,
    joinedNotice,
    join,
    joinNotice,
    setForm,
    save,
    clear,
  };
}

export type NewRequest = ReturnType<typeof useNewRequest>;
