import { Button, Textarea, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { KnownAddress, ReasonRow } from "../api/types";
import { AddressPicker } from "../request/AddressPicker";
import { isPhone, missing, withReason, type Place } from "../request/form";
import { Questions } from "../request/Questions";
import { ReasonPicker, ReasonWords, SafetyNote } from "../request/ReasonPicker";
import { Same } from "../request/Same";
import { useWords as useRequestWords } from "../request/words";
import type { CallView } from "../softphone/protocol";
import { numberOf, timeOf } from "../time/format";
import { Key, Note, Say } from "../ui/blocks";
import { isTyping, useKeys } from "../ui/keys";
import { KindMark } from "../ui/Kind";
import { mayAsk, placeOfKnown } from "./draft";
import { RequestFooter } from "./RequestFooter";
import { SavedRequest } from "./SavedRequest";
import { nextSection, pickDigit, toField, toSection } from "./sections";
import { messagesOf, type CallWork } from "./useCallWork";
import { useWords } from "./words";

interface Props {
  call: CallView;
  work: CallWork;
  /** The operator speaks with the caller (or has spoken): fields are open. */
  open: boolean;
  onOutcome(): void;
  /** The same trouble: the caller is joined to the request that is there. */
  onSame(ticket: { id: number }): void;
}

/** Middle: the words to say and the request, in the order of speech. No field for the executor (R4). */
export function RequestPane(props: Props) {
  const { call, work, open } = props;
  const w = useWords();
  const { form } = work.work.draft;
  const root = useRef<HTMLDivElement>(null);
  const reasonInput = useRef<HTMLInputElement>(null);
  const active = open && !work.readOnly;
  useTestNames(root, form.reason?.id);
  const save = () => {
    const first = form.reason?.kind === "consultation" ? undefined : missing(form)[0];
    void work.save();
    if (first) setTimeout(() => toField(root.current, first)); // the messages are there after the render
  };
  useKeys(
    {
      "ctrl+Enter": save,
      "ctrl+ArrowDown": () => nextSection(root.current, 1),
      "ctrl+ArrowUp": () => nextSection(root.current, -1),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`Digit${n}`, () => pickDigit(root.current, n)])),
    },
    active,
  );
  const confirm = (place: Place) => {
    work.setForm((f) => ({ ...f, place }));
    setTimeout(() => reasonInput.current?.focus());
  };
  // The field that was typed in is gone: the cursor goes on to what is asked next.
  const choose = (reason: ReasonRow | null) => {
    work.setForm((f) => withReason(f, reason));
    if (reason) setTimeout(() => toSection(root.current, reason.questions.length > 0 ? "questions" : "words"));
  };
  const greeting = call.greeting || work.card?.company?.greeting || w.form.cityGreeting(call.city);
  return (
    <div className="pane work" ref={root} data-testid="request-pane">
      {!work.work.saved && !form.place && (
        <div data-testid="greeting">
          <Say label={w.form.say}>{greeting}</Say>
        </div>
      )}
      {call.urgent && <Note tone="emg">{w.banner.urgent}</Note>}
      {call.own && <Note>{w.banner.own}</Note>}
      {call.overflow && <Note tone="plan">{w.banner.overflow(call.company_name)}</Note>}
      {call.repeated && <Note tone="plan">{w.banner.repeated}</Note>}
      {call.returned && <Note tone="plan">{w.banner.returned}</Note>}
      <Heading work={work} />
      {work.work.saved ? (
        <SavedRequest form={form} />
      ) : (
        <fieldset disabled={!active} className="plain col form">
          <AddressSection {...props} active={active} onConfirm={confirm} />
          <ReasonSection {...props} active={active} reasonInput={reasonInput} onReason={choose} />
          <WordsSection work={work} active={active} />
        </fieldset>
      )}
      <Duplicates {...props} active={active} />
      <span className="grow" />
      <RequestFooter
        work={work}
        active={active}
        onSave={save}
        onOutcome={props.onOutcome}
        onField={(field) => toField(root.current, field)}
      />
    </div>
  );
}

function Heading({ work }: { work: CallWork }) {
  const w = useWords();
  const { draft, keptAt, dirty, restored, saved } = work.work;
  const zone = draft.form.place?.zone || work.card?.call.zone || "UTC";
  return (
    <div className="row wrap">
      <h1 className="form-title">{saved ? w.form.saved(numberOf(saved.number)) : w.form.title}</h1>
      {draft.form.reason && <KindMark kind={draft.form.reason.kind} />}
      <span className="grow" />
      {!saved && (
        <span className="s12 t2" data-testid="draft-state">
          {restored && !dirty
            ? w.form.draftRestored
            : keptAt && !dirty
              ? w.form.draftKept(timeOf(keptAt, zone))
              : dirty
                ? w.form.draftLocal
                : ""}
        </span>
      )}
      {saved && (
        <Link to="/journal/$id" params={{ id: String(saved.id) }}>
          {w.form.openTicket}
        </Link>
      )}
    </div>
  );
}

function AddressSection({ call, work, active, onConfirm }: Props & { active: boolean; onConfirm: (p: Place) => void }) {
  const w = useWords();
  const rw = useRequestWords();
  const { form } = work.work.draft;
  const [other, setOther] = useState(false);
  const [everywhere, setEverywhere] = useState(false);
  const known = work.card?.known ?? [];
  const guess = !form.place && !other ? known[0] : undefined;
  const error = messagesOf(work.work);
  const own = call.line_kind === "citywide" || everywhere ? 0 : call.company_id;
  const input = useRef<HTMLInputElement>(null);
  const search = active && !form.place && guess === undefined;
  // The field was there, closed, while the phone rang: an unknown caller is asked for the house first.
  useEffect(() => {
    if (search && !isTyping(document.activeElement)) input.current?.focus();
  }, [search]);
  useKeys(
    {
      Enter: (e) => {
        // On a button Enter means that button: «Другой» must not confirm.
        if (e.target instanceof HTMLElement && e.target.closest("button, a, [role=dialog]")) e.target.click();
        else if (guess) onConfirm(placeOfKnown(guess));
      },
    },
    active && guess !== undefined,
  );
  if (guess) {
    return (
      <section data-section="address" className="col">
        <div className="sect">{w.form.address}</div>
        {known.slice(0, 9).map((k, i) => (
          <Guess
            key={`${k.building_id}/${k.unit}`}
            known={k}
            digit={known.length > 1 ? i + 1 : 0}
            first={i === 0}
            active={active}
            onConfirm={() => onConfirm(placeOfKnown(k))}
            onOther={() => setOther(true)}
          />
        ))}
        <MayAsk known={guess} />
      </section>
    );
  }
  return (
    <section data-section="address">
      <AddressPicker
        value={form.place}
        companyId={own}
        showCompany={own === 0}
        disabled={!active}
        autoFocus={active && !form.place}
        inputRef={(el: HTMLInputElement | null) => {
          input.current = el;
          el?.setAttribute("data-testid", "address");
        }}
        error={error.server.place ?? (error.missing.includes("place") ? rw.address.required : undefined)}
        onChange={(place) => work.setForm((f) => ({ ...f, place }))}
      />
      {active && !form.place && own !== 0 && (
        <button type="button" className="linkish s12" onClick={() => setEverywhere(true)}>
          {w.form.everywhere}
        </button>
      )}
    </section>
  );
}

interface GuessProps {
  known: KnownAddress;
  digit: number;
  first: boolean;
  active: boolean;
  onConfirm(): void;
  onOther(): void;
}

function Guess({ known, digit, first, active, onConfirm, onOther }: GuessProps) {
  const w = useWords();
  return (
    <div className={first ? "note acc guess" : "note guess"}>
      <div className="grow">
        <div className="b lead">{known.address}</div>
        <div>{first ? w.form.confirmAsk : known.company_name}</div>
      </div>
      <Button
        variant={first ? "filled" : "default"}
        {...(first ? { className: "btn-primary", "data-testid": "confirm-address" } : {})}
        {...(digit ? { "data-digit": digit } : {})}
        disabled={!active}
        rightSection={<Key>{digit || w.keyEnter}</Key>}
        onClick={onConfirm}
      >
        {w.form.confirm}
      </Button>
      {first && (
        <Button variant="default" disabled={!active} onClick={onOther} data-testid="other-address">
          {w.form.other}
        </Button>
      )}
    </div>
  );
}

function MayAsk({ known }: { known: KnownAddress }) {
  const w = useWords();
  const ticket = mayAsk(known);
  if (!ticket) return null;
  return (
    <Note>
      <div>
        <span className="b">{w.form.mayAsk(numberOf(ticket.number))} </span>
        {ticket.reason_name}. {w.form.mayAskRest}
      </div>
    </Note>
  );
}

type ReasonProps = Props & {
  active: boolean;
  reasonInput: React.RefObject<HTMLInputElement | null>;
  onReason(reason: ReasonRow | null): void;
};

function ReasonSection({ work, active, reasonInput, onReason }: ReasonProps) {
  const w = useWords();
  const rw = useRequestWords();
  const { form } = work.work.draft;
  const error = messagesOf(work.work);
  const answers: Record<number, string> = {};
  for (const m of error.missing) {
    const id = /^answer-(\d+)$/.exec(m)?.[1];
    if (id) answers[Number(id)] = rw.questions.required;
  }
  for (const [field, text] of Object.entries(error.server)) {
    const id = /^answer-(\d+)$/.exec(field)?.[1];
    if (id && text) answers[Number(id)] = text;
  }
  return (
    <>
      <section data-section="reason">
        <ReasonPicker
          value={form.reason}
          companyId={form.place?.companyId ?? null}
          disabled={!active}
          inputRef={(el: HTMLInputElement | null) => {
            reasonInput.current = el;
            el?.setAttribute("data-testid", "reason");
          }}
          error={error.server.reason ?? (error.missing.includes("reason") ? rw.reason.required : undefined)}
          onChange={onReason}
        />
      </section>
      <SafetyNote reason={form.reason} />
      <ReasonWords reason={form.reason} />
      {form.reason?.kind === "consultation" && <Note>{w.form.consultationReason}</Note>}
      {form.reason && form.reason.questions.length > 0 && (
        <section data-section="questions">
          <Questions
            questions={form.reason.questions}
            answers={form.answers}
            errors={answers}
            disabled={!active}
            onChange={(next) => work.setForm((f) => ({ ...f, answers: next }))}
          />
        </section>
      )}
    </>
  );
}

function WordsSection({ work, active }: { work: CallWork; active: boolean }) {
  const w = useWords();
  const { form } = work.work.draft;
  const server = messagesOf(work.work).server;
  return (
    <>
      <section data-section="words">
        <Textarea
          label={w.form.description}
          data-testid="description"
          minRows={2}
          maxRows={6}
          maxLength={4000}
          value={form.description}
          disabled={!active}
          error={server.description}
          onChange={(e) => {
            const description = e.currentTarget.value;
            work.setForm((f) => ({ ...f, description }));
          }}
        />
      </section>
      <section data-section="contact" className="contact">
        <TextInput
          label={w.form.phone}
          data-testid="phone"
          inputMode="tel"
          maxLength={40}
          value={form.phone}
          disabled={!active}
          error={server.phone ?? (isPhone(form.phone) ? undefined : w.form.phoneBad)}
          onChange={(e) => {
            const phone = e.currentTarget.value;
            work.setForm((f) => ({ ...f, phone }));
          }}
        />
        <TextInput
          label={w.form.access}
          data-testid="access"
          placeholder={w.form.accessHint}
          maxLength={500}
          value={form.access}
          disabled={!active}
          error={server.access}
          onChange={(e) => {
            const access = e.currentTarget.value;
            work.setForm((f) => ({ ...f, access }));
          }}
        />
      </section>
    </>
  );
}

/** Before the footer: an open request that this may be about (F11, F14). */
function Duplicates({ work, active, onSame }: Props & { active: boolean }) {
  const w = useWords();
  const { place, reason } = work.work.draft.form;
  if (work.work.saved) return null;
  return <Same place={place} reason={reason} active={active} onJoin={onSame} none={w.form.noSimilar} />;
}

/** Names for the end-to-end tests on the questions, which are drawn by the shared part. */
function useTestNames(root: React.RefObject<HTMLElement | null>, reasonId: number | undefined): void {
  useLayoutEffect(() => {
    for (const el of root.current?.querySelectorAll("[data-question]") ?? []) {
      el.setAttribute("data-testid", `question-${el.getAttribute("data-question")}`);
    }
  }, [root, reasonId]);
}
