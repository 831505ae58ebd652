import { Button } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import type { BuildingCard } from "../api/types";
import { SameOutage } from "../notices/SameOutage";
import { missing, placeAt, withPlace, type Field } from "../request/form";
import { PreviewLine } from "../request/Preview";
import { AnswersLeft } from "../request/Questions";
import { Same } from "../request/Same";
import { useBuilding, usePreview } from "../request/search";
import { useWords as useRequestWords } from "../request/words";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, numberOf } from "../time/format";
import { Empty, Hints, Key, useErrorText } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { KindMark } from "../ui/Kind";
import { useWords as useCommon } from "../ui/words";
import { AfterRequest } from "./AfterRequest";
import { HouseSide } from "./HouseSide";
import { RequestFields, toField } from "./RequestFields";
import { isBlank } from "./requestDraft";
import { readPlace } from "./search";
import { CardHead } from "../ui/card/Card";
import { useBack } from "../ui/card/useBack";
import { useNewRequest, type NewRequest } from "./useNewRequest";
import { useWords } from "./words";
import "./journal.css";

/** The company's own user makes a request (J5), by the same reasons and rules as an operator. */
export function NewRequestPage() {
  const w = useWords();
  const me = useMe();
  const back = useBack();
  if (!may(me, "ticket.create")) {
    return <Empty title={w.form.mayNot} action={<Link to="/journal">{w.card.toList}</Link>} />;
  }
  return <Making key={`${me.user.id}/${me.company?.id ?? 0}`} onBack={back} />; // another company: another draft
}

function Making({ onBack }: { onBack: () => void }) {
  const w = useWords();
  const request = useNewRequest();
  const root = useRef<HTMLFormElement>(null);
  const { form, isOver } = request;
  const toProblem = () => {
    const first = root.current?.querySelector<HTMLElement>("[data-first-problem]")?.dataset.firstProblem;
    if (first) toField(root.current, first as Field);
  };
  const save = () => {
    if (!request.save()) setTimeout(toProblem); // the messages are there after the render
  };
  useEffect(() => {
    if (request.error) toProblem();
  }, [request.error]);
  useKeys({ "ctrl+Enter": save }, !isOver);
  useGivenPlace(request);
  return (
    <>
      <Head request={request} onBack={onBack} />
      <div className="request-cols">
        {isOver ? (
          <AfterRequest request={request} />
        ) : (
          <form
            className="request-main"
            ref={root}
            noValidate
            onSubmit={(e) => {
              e.preventDefault(); // Enter in a field takes what is found; only Ctrl+Enter and the button save
            }}
          >
            <div className="request-fields">
              <RequestFields request={request} onNext={(f) => setTimeout(() => toField(root.current, f))} />
            </div>
            <Footer request={request} onSave={save} onField={(f) => toField(root.current, f)} />
          </form>
        )}
        <aside className="pane" aria-label={w.form.house}>
          <HouseSide form={form} />
        </aside>
      </div>
      <Hints items={[isOver ? ["N", w.hint.create] : ["Ctrl Enter", w.hint.save], ["Esc", w.hint.back]]} />
    </>
  );
}

/** The house the person came from stands in the form; the address then forgets it, so that a reload brings nothing back. */
function useGivenPlace({ setForm }: NewRequest) {
  const { house, unit } = readPlace(useSearch({ strict: false }));
  const navigate = useNavigate();
  const card = useBuilding(house ?? null).data;
  const arrived = useEffectEvent((given: BuildingCard) => {
    if (!given.is_archived) setForm((f) => withPlace(f, placeAt(given, unit ?? "")));
    void navigate({ to: ".", search: {}, replace: true });
  });
  useEffect(() => {
    if (card) arrived(card);
  }, [card]);
}

function Head({ request: r, onBack }: { request: NewRequest; onBack: () => void }) {
  const w = useWords();
  const c = useCommon();
  const now = useNow();
  const joined = r.joined ?? r.joinedNotice;
  const title = r.saved
    ? w.form.saved(c.number(numberOf(r.saved.number)))
    : joined
      ? w.form.joinedTitle(joined.reference)
      : w.form.title;
  return (
    <CardHead toList={w.card.toList} onBack={onBack} className="request-head">
      <h1 className="card-title">{title}</h1>
      {r.form.reason && <KindMark kind={r.form.reason.kind} />}
      <span className="grow" />
      {!r.isOver && r.keptAt !== null && !isBlank(r.form) && (
        <>
          <span className="s12 t2 wide-only">
            {w.form.draft(momentOf(r.keptAt, r.form.place?.zone || r.me.zone, now))}
          </span>
          <Button variant="subtle" size="compact-sm" disabled={r.saving} onClick={r.clear}>
            {w.form.drop}
          </Button>
        </>
      )}
    </CardHead>
  );
}

type FooterProps = { request: NewRequest; onSave: () => void; onField: (field: Field) => void };

function Footer({ request: r, onSave, onField }: FooterProps) {
  const w = useWords();
  const { form } = r;
  const isWork = form.reason !== null && form.reason.kind !== "consultation";
  const preview = usePreview(
    form.place?.companyId,
    form.place?.buildingId,
    isWork ? form.reason : null,
    form.answers,
  ).data;
  const left = missing(form).filter((m) => m.startsWith("answer-")).length;
  return (
    <div className="request-foot col">
      <Same place={form.place} reason={form.reason} active={!r.saving} onJoin={r.join} />
      <SameOutage buildingId={form.place?.buildingId ?? null} active={!r.saving} onJoin={r.joinNotice} />
      {form.place && isWork && <PreviewLine preview={preview} />}
      <NotSaved request={r} onField={onField} />
      <div className="row wrap">
        <Button
          className="btn-primary request-save"
          loading={r.saving}
          rightSection={<Key>Ctrl Enter</Key>}
          onClick={onSave}
        >
          {w.form.save}
        </Button>
        <span className="grow" />
        {form.reason && <AnswersLeft left={left} />}
      </div>
    </div>
  );
}

/** What did not happen and why, with a way to the field; what is typed stays. */
function NotSaved({ request: r, onField }: { request: NewRequest; onField: (field: Field) => void }) {
  const w = useWords();
  const errorText = useErrorText();
  const nameOf = useFieldName(r);
  const first = (Object.keys(r.problems) as Field[])[0];
  if (!first && !r.error) return null;
  return (
    <div className="row wrap s13 k-emg" role="alert" data-first-problem={first}>
      <b>{w.form.notSaved}.</b>
      <span>{r.error ? errorText(r.error) : first && r.problems[first]}</span>
      {first && (
        <Button variant="default" size="compact-sm" onClick={() => onField(first)}>
          {w.form.toField(nameOf(first))}
        </Button>
      )}
    </div>
  );
}

function useFieldName(r: NewRequest): (field: Field) => string {
  const w = useWords();
  const rw = useRequestWords();
  return (field) => {
    const id = Number(/^answer-(\d+)$/.exec(field)?.[1] ?? 0);
    const question = r.form.reason?.questions.find((q) => q.id === id);
    if (question) return question.text;
    const names = { place: rw.address.label, reason: rw.reason.label, description: w.form.description };
    const more = { phone: w.form.phone, access: w.form.access };
    return { ...names, ...more }[field as keyof typeof names | keyof typeof more] ?? "";
  };
}
