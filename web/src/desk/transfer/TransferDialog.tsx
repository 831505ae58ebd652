import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent } from "react";
import type { CallView, TransferView } from "../../softphone/protocol";
import { usePhone, usePhoneView } from "../../softphone/useSoftphone";
import { serverNow, useNow } from "../../time/clock";
import { clockOf, momentOf } from "../../time/format";
import { Empty, Failed, Key, Note, useErrorText } from "../../ui/blocks";
import { useKeys } from "../../ui/keys";
import { useSaid } from "../../ui/settings";
import { competentsQuery, useMessage, type Competent } from "./api";
import { useWords } from "./words";
import "./transfer.css";

interface Props {
  call: CallView;
  /** Of the request being written: those who answer for it come first. */
  reasonId: number;
  onClose(): void;
}

/** Whether a caller is on his way: the dialog then stays until he is with somebody. */
export function isUnderWay(t: TransferView | undefined): boolean {
  return t !== undefined && (t.state === "" || t.state === "asked" || t.state === "answered");
}

/** Leads a caller to a competent person, or takes a message for him (SR2). All of it by keys. */
export function TransferDialog({ call, reasonId, onClose }: Props) {
  const w = useWords();
  const [to, setTo] = useState<Competent | null>(null);
  const t = call.transfer;
  const away = isUnderWay(t);
  const over = call.state === "ended";
  // Who has the caller needs no dialog any more.
  useEffect(() => {
    if (t?.state === "joined") onClose();
  }, [t?.state, onClose]);
  let inside;
  if (t && away && !over) inside = <UnderWay t={t} />;
  else if (to) inside = <Message call={call} to={to} onBack={() => setTo(null)} onDone={onClose} />;
  else inside = <Choice call={call} reasonId={reasonId} onMessage={setTo} />;
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnEscape={!away && to === null}
      closeOnClickOutside={false}
      withCloseButton={!away}
      title={<span className="b">{w.title}</span>}
      size="lg"
    >
      {inside}
    </Modal>
  );
}

interface ChoiceProps {
  call: CallView;
  reasonId: number;
  onMessage(to: Competent): void;
}

function Choice({ call, reasonId, onMessage }: ChoiceProps) {
  const w = useWords();
  const phone = usePhone();
  const view = usePhoneView();
  const query = useQuery(competentsQuery(call.key, reasonId));
  const [q, setQ] = useState("");
  const [n, setN] = useState(0);
  const id = useId();
  const talks = call.state === "talking" || call.state === "held";
  const words = fold(q).split(/\s+/).filter(Boolean);
  const items = (query.data?.items ?? []).filter((c) =>
    words.every((x) => fold(`${c.name} ${c.position} ${c.subject}`).includes(x)),
  );
  const at = Math.min(n, Math.max(0, items.length - 1));
  const one = items[at];
  const lead = (mode: "consult" | "at_once") => {
    if (one && one.is_open && talks && (mode === "consult" || query.data?.at_once)) phone.transfer(one.id, mode);
  };
  const onKey = (e: KeyboardEvent) => {
    const act: Record<string, () => void> = {
      ArrowDown: () => setN(Math.min(at + 1, items.length - 1)),
      ArrowUp: () => setN(Math.max(at - 1, 0)),
      Enter: () => (one?.is_open ? lead("consult") : one && onMessage(one)),
      Digit1: () => lead("consult"),
      Digit2: () => lead("at_once"),
      Digit3: () => one && onMessage(one),
    };
    const todo = act[e.code];
    if (!todo) return;
    e.preventDefault();
    e.stopPropagation();
    todo();
  };
  if (query.isError) return <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />;
  if (query.data?.zone === "") return <Empty title={w.noCompany}>{w.noCompanyText}</Empty>;
  if (query.data && query.data.items.length === 0) return <Empty title={w.empty}>{w.emptyText}</Empty>;
  const problem = view.phone.problem?.code.startsWith("transfer.") ? view.phone.problem.text : "";
  const t = call.transfer;
  return (
    <div className="col" data-testid="transfer">
      {t?.state === "back" && t.why && (
        <div role="status" data-testid="transfer-back">
          <Note tone="plan">{talks ? w.came(t.name, t.why) : w.failedTo(t.name, t.why)}</Note>
        </div>
      )}
      {problem && (
        <div role="alert">
          <Note tone="plan">{problem}</Note>
        </div>
      )}
      <TextInput
        data-autofocus
        aria-label={w.find}
        placeholder={w.find}
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={one ? `${id}-${one.id}` : undefined}
        value={q}
        onKeyDown={onKey}
        onChange={(e) => {
          setQ(e.currentTarget.value);
          setN(0);
        }}
      />
      {query.data && items.length === 0 && <div className="quiet">{w.nobody}</div>}
      <ul className="competents" role="listbox" aria-label={w.list} id={id}>
        {items.map((c, i) => (
          <li
            key={c.id}
            id={`${id}-${c.id}`}
            role="option"
            aria-selected={i === at}
            data-testid={`competent-${c.id}`}
            className={c.is_open ? "" : "shut"}
            onClick={() => setN(i)}
          >
            <div className="row">
              <span className="b grow">{c.name}</span>
              {c.fits && <span className="chip acc">{w.fits}</span>}
              <When c={c} zone={query.data?.zone ?? ""} />
            </div>
            <div className="s13 t2">
              {[c.position, c.subject, view.phone.desk?.device === "phone" ? w.short(c.id) : ""]
                .filter(Boolean)
                .join(" · ")}
            </div>
          </li>
        ))}
      </ul>
      <div className="row wrap">
        <Button
          className="btn-primary"
          data-testid="transfer-consult"
          disabled={!one?.is_open || !talks}
          rightSection={<Key>1</Key>}
          onClick={() => lead("consult")}
        >
          {w.consult}
        </Button>
        {query.data?.at_once && (
          <Button
            variant="default"
            data-testid="transfer-at-once"
            disabled={!one?.is_open || !talks}
            rightSection={<Key>2</Key>}
            onClick={() => lead("at_once")}
          >
            {w.atOnce}
          </Button>
        )}
        <Button
          variant="default"
          data-testid="transfer-message"
          disabled={!one || one.why === "no_phone"}
          rightSection={<Key>3</Key>}
          onClick={() => one && onMessage(one)}
        >
          {w.message}
        </Button>
      </div>
    </div>
  );
}

function fold(s: string): string {
  return s.toLowerCase().replaceAll("\u0451", "\u0435"); // yo is searched as ye
}

function When({ c, zone }: { c: Competent; zone: string }) {
  const w = useWords();
  const time = c.until ? momentOf(c.until, zone || "UTC", serverNow()) : "";
  if (c.is_open) return <span className="s12 t2">{time ? w.openTill(time) : w.open}</span>;
  return <span className="s12 k-plan">{[w.closed[c.why], time && w.from(time)].filter(Boolean).join(", ")}</span>;
}

/** The person's phone rings, or he speaks with the operator; the caller hears music. */
function UnderWay({ t }: { t: TransferView }) {
  const w = useWords();
  const now = useNow();
  const phone = usePhone();
  const answered = t.state === "answered";
  useKeys({ Escape: () => t.state !== "" && phone.transferBack() });
  return (
    <div className="col" role="status" data-testid="transfer-way" data-state={t.state}>
      <div className="row">
        <b className="grow">{t.state === "" ? w.asking : answered ? w.speaks(t.name) : w.rings(t.name)}</b>
        {t.till && !answered && (
          <span className="num" aria-hidden>
            {w.left(clockOf(Date.parse(t.till) - now))}
          </span>
        )}
      </div>
      <div className="t2">{answered ? w.speaksText : t.mode === "at_once" ? w.freeText : w.ringsText}</div>
      <div className="row wrap">
        {answered && (
          <Button
            className="btn-primary"
            autoFocus
            data-testid="transfer-connect"
            rightSection={<Key>Enter</Key>}
            onClick={() => phone.transferConnect()}
          >
            {w.connect}
          </Button>
        )}
        {t.mode === "at_once" && t.state === "asked" && (
          <Button variant="default" data-testid="transfer-leave" onClick={() => phone.hangup()}>
            {w.free}
          </Button>
        )}
        {t.state !== "" && (
          <Button
            variant="default"
            data-testid="transfer-return"
            rightSection={<Key>Esc</Key>}
            onClick={() => phone.transferBack()}
          >
            {w.back}
          </Button>
        )}
      </div>
    </div>
  );
}

interface MessageProps {
  call: CallView;
  to: Competent;
  onBack(): void;
  onDone(): void;
}

/** What the caller leaves for a person who is not there: a call task tells it to him. */
function Message({ call, to, onBack, onDone }: MessageProps) {
  const w = useWords();
  const error = useErrorText();
  const said = useSaid();
  const message = useMessage(call.key);
  const [text, setText] = useState("");
  const send = () => {
    if (message.isPending) return;
    message.mutate(
      { competent_id: to.id, text: text.trim() },
      {
        onSuccess: () => {
          said(w.sent(to.name));
          onDone();
        },
      },
    );
  };
  useKeys({ "ctrl+Enter": send });
  return (
    <div
      className="col"
      onKeyDown={(e) => {
        if (e.key === "Escape") {
          e.stopPropagation();
          onBack();
        }
      }}
    >
      <b>{w.toWhom(to.name)}</b>
      <Textarea
        data-autofocus
        autoFocus
        label={w.text}
        description={w.textHint}
        minRows={3}
        maxLength={1000}
        data-testid="message-text"
        value={text}
        error={message.error && error(message.error)}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      <div className="row wrap">
        <Button
          className="btn-primary"
          data-testid="message-send"
          loading={message.isPending}
          rightSection={<Key>Ctrl Enter</Key>}
          onClick={send}
        >
          {w.send}
        </Button>
        <Button variant="default" rightSection={<Key>Esc</Key>} onClick={onBack}>
          {w.again}
        </Button>
      </div>
    </div>
  );
}
