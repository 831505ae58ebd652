import { Button, Modal, Textarea } from "@mantine/core";
import { useEffect, useState, type KeyboardEvent } from "react";
import type { CallView, TransferView } from "../../softphone/protocol";
import { usePhone } from "../../softphone/useSoftphone";
import { useNow } from "../../time/clock";
import { clockOf } from "../../time/format";
import { Key, useErrorText } from "../../ui/blocks";
import { useKeys } from "../../ui/keys";
import { useSaid } from "../../ui/settings";
import { useMessage, type Competent } from "./api";
import { Choice } from "./Choice";
import { useWords } from "./words";
import "./transfer.css";

interface Props {
  call: CallView;
  /** Of the request being written: those who answer for it come first. */
  reasonId: number;
  onClose(): void;
}

/** Whether a caller of ours is on his way: the dialog then stays until he is with somebody. */
export function isUnderWay(t: TransferView | undefined): boolean {
  return t !== undefined && !t.by && (t.state === "" || t.state === "asked" || t.state === "answered");
}

/** Leads a caller to a competent person or a colleague, or takes a message (SR2). All of it by keys. */
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
      onKeyDown={keepDigits}
    >
      {inside}
    </Modal>
  );
}

/** A digit meant for a list that is empty must not write an outcome on the screen behind. */
function keepDigits(e: KeyboardEvent) {
  if (/^(Digit|Numpad)\d$/.test(e.code)) e.stopPropagation();
}

/** The person's phone rings, or he speaks with the operator; the caller hears music. */
function UnderWay({ t }: { t: TransferView }) {
  const w = useWords();
  const now = useNow();
  const phone = usePhone();
  const answered = t.state === "answered";
  const atOnce = t.mode === "at_once";
  const [head, more] = answered
    ? [w.speaks(t.name), w.speaksText]
    : t.warned
      ? [w.warned(t.name), atOnce ? w.warnedFree : w.warnedText]
      : [t.state === "" ? w.asking : w.rings(t.name), atOnce ? w.freeText : w.ringsText];
  useKeys({ Escape: () => t.state !== "" && phone.transferBack() });
  return (
    <div className="col" role="status" data-testid="transfer-way" data-state={t.state}>
      <div className="row">
        <b className="grow">{head}</b>
        {t.till && !answered && (
          <span className="num" aria-hidden>
            {w.left(clockOf(Date.parse(t.till) - now))}
          </span>
        )}
      </div>
      <div className="t2">{more}</div>
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
        {atOnce && t.state === "asked" && (
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
