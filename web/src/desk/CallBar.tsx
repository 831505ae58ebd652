import { Button, Menu, Popover } from "@mantine/core";
import {
  IconCoffee,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneIncoming,
  IconArrowForwardUp,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPlayerPause,
  IconPlayerPlay,
  IconSettings,
} from "@tabler/icons-react";
import type { KeyboardEvent, ReactNode } from "react";
import type { Phone } from "../softphone/machine";
import type { CallView } from "../softphone/protocol";
import { usePhone, usePhoneView } from "../softphone/useSoftphone";
import { PAPERWORK } from "../softphone/words/reasons";
import { useNow } from "../time/clock";
import { clockOf, phoneOf } from "../time/format";
import { Key } from "../ui/blocks";
import { DeviceSettings } from "./Mic";
import { DeviceChoice, usePhoneWords } from "./phone/DeviceChoice";
import { QualitySign } from "./quality/QualitySign";
import { inTalk, leadsTalk, pauseWords } from "./state";
import { isGuest } from "./transfer/Guest";
import { useWords } from "./words";

interface Props {
  /** Subject of the call as the form knows it by now. */
  subject: string | null;
  sub: string | null;
  pauseOpen: boolean;
  onPauseOpen(open: boolean): void;
  keypadOpen: boolean;
  onKeypadOpen(open: boolean): void;
  /** The result of the ended call is said: nothing holds us from the next one. */
  settled: boolean;
  onReady(): void;
  onHangUp(): void;
  onTransfer(): void;
}

/** The bar of the telephone: the same place for the same hand in every state. */
export function CallBar(props: Props) {
  const { phone } = usePhoneView();
  const call = phone.call;
  const tone =
    call && call.state !== "ended" ? (call.state === "ringing" || call.state === "counting" ? " ring" : " talk") : "";
  return (
    <div
      className={`callbar${tone}`}
      role="status"
      data-testid="call-panel"
      data-state={call?.state ?? "none"}
      data-call={call?.key ?? ""}
    >
      <Left />
      <Subject subject={props.subject} sub={props.sub} />
      <QualitySign />
      <StateButtons {...props} />
      <Controls {...props} />
    </div>
  );
}

function Left() {
  const w = useWords();
  const now = useNow();
  const { phone, muted } = usePhoneView();
  const call = phone.call;
  const lasts = call && call.state !== "ended" ? now - Date.parse(begun(call)) : 0;
  const minutes = Math.floor(lasts / 60_000);
  let icon: ReactNode = null;
  let word: string = phone.state === "pause" ? pauseWords(phone.reason, w)[0] : w.bar.pause;
  let time = phone.since ? clockOf(now - Date.parse(phone.since)) : "";
  if (call && call.state !== "ended") {
    icon = call.direction === "task" ? <IconPhoneOutgoing size={14} /> : <IconPhoneIncoming size={14} />;
    word = callWord(call, muted, w);
    time = clockOf(lasts);
    // The dial is three seconds away: a whole second is shown until it is over.
    if (call.state === "counting" && call.dial_at) time = clockOf(Math.max(0, Date.parse(call.dial_at) - now) + 999);
  } else if (!phone.welcomed) {
    word = w.bar.connecting;
    time = "";
  } else if (phone.state === "wrap_up") {
    word = w.bar.wrapUp;
    if (phone.since) time = clockOf(Date.parse(phone.since) + phone.wrapUpSec * 1000 - now);
  } else if (phone.state === "pause" && phone.reason === PAPERWORK) word = w.bar.wrapUp;
  else if (phone.state === "ready") word = w.bar.waitCall;
  else if (phone.state === "not_ready") word = w.bar.notReady;
  return (
    <div className="st">
      <div className="s12 t2 row" style={{ gap: 5 }}>
        {icon}
        {word}
      </div>
      <div className="big num" aria-hidden data-testid="call-timer">
        {time || "\u00a0"}
      </div>
      {/* The ticking figures are not read out; whole minutes of a call are. */}
      {minutes > 0 && <span className="sr">{w.minutes(minutes)}</span>}
    </div>
  );
}

/** From when the bar counts: a talk from its beginning, whatever was held; all else from what is going on now. */
function begun(call: CallView): string {
  return call.state === "talking" ? (call.talk_since ?? call.since) : call.since;
}

function callWord(call: CallView, muted: boolean, w: ReturnType<typeof useWords>): string {
  switch (call.state) {
    case "ringing":
      return call.direction === "task" ? w.bar.inboundTask : w.bar.inbound;
    case "counting":
      return w.bar.counting;
    case "dialling":
      return w.bar.dialling;
    case "held":
      return w.bar.held;
    case "ended":
      return w.bar.ended;
    case "talking":
      if (muted) return w.bar.muted;
      return call.recording ? w.bar.talkingRecorded : w.bar.talking;
  }
}

function Subject({ subject, sub }: { subject: string | null; sub: string | null }) {
  const w = useWords();
  const { phone, mic } = usePhoneView();
  const call = phone.call;
  const desk = usePhoneWords();
  let head = subject;
  let tail = sub;
  if (call && !head) {
    head =
      call.direction === "task"
        ? call.title
        : [call.company_name, call.city].filter(Boolean).join(" · ") || w.bar.noCompany;
  }
  if (call && !tail) tail = call.phone ? phoneOf(call.phone) : w.bar.hidden;
  if (call && isGuest(call)) tail = [w.bar.ledBy(call.transfer?.by ?? ""), tail].filter(Boolean).join(" · ");
  if (call?.watched_by && call.watch_mode) tail = w.bar.watched[call.watch_mode](call.watched_by);
  if (!call && !head) {
    if (phone.state === "ready") {
      head = w.bar.readyText;
      tail = w.bar.readySub;
    } else if (phone.state === "not_ready") {
      head = w.mic.state[mic];
      tail = mic === "ok" ? w.mic.media[phone.media] : w.mic.how[mic];
    } else if (phone.state === "pause") {
      [head, tail] = pauseWords(phone.reason, w);
      if (mic !== "ok" && phone.device !== "phone") tail = w.mic.state[mic];
    }
  }
  // On the line where the hand looks: which telephone is to be taken, or why none rings.
  if (desk && !call) [head, tail] = [desk[0] || head, desk[1]];
  else if (desk) tail = [desk[0], tail].filter(Boolean).join(" · ");
  return (
    <div className="who">
      <div className="ell b subject">{head}</div>
      <div className="ell s13 t2">{tail}</div>
    </div>
  );
}

/** A pause with a reason may be asked for between calls, also while the last one is written up. */
export function mayPause(p: Phone): boolean {
  if (p.call !== null && p.call.state !== "ended") return false;
  return (
    p.state === "ready" ||
    p.state === "not_ready" ||
    p.state === "wrap_up" ||
    (p.state === "pause" && p.reason === PAPERWORK)
  );
}

function StateButtons({ pauseOpen, onPauseOpen, settled, onReady }: Props) {
  const w = useWords();
  const phone = usePhone();
  const view = usePhoneView();
  const p = view.phone;
  const busy = p.call !== null && p.call.state !== "ended";
  const reasons = p.pauses.length > 0 ? p.pauses.map((r) => r.name) : w.pauses;
  if (busy) return null;
  // The digits of the menu are heard by the menu alone: the form under it has digits of its own.
  const byDigit = (e: KeyboardEvent) => {
    const reason = /^Digit[1-9]$/.test(e.code) ? reasons[Number(e.code.slice(5)) - 1] : undefined;
    if (!reason) return;
    e.preventDefault();
    e.stopPropagation();
    onPauseOpen(false);
    phone.pause(reason);
  };
  const canReady =
    p.welcomed &&
    (p.device === "phone" ? p.desk?.registered === true : view.mic === "ok") &&
    settled &&
    (p.state === "pause" || p.state === "wrap_up" || p.state === "off");
  return (
    <div className="ctl">
      {p.state !== "ready" && <DeviceChoice />}
      <Popover position="bottom-end" withArrow>
        <Popover.Target>
          <Button variant="default" px={9} aria-label={w.bar.devices} title={w.bar.devices}>
            <IconSettings size={16} stroke={1.6} />
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <DeviceChoice />
          <DeviceSettings />
        </Popover.Dropdown>
      </Popover>
      {mayPause(p) && (
        <Menu opened={pauseOpen} onChange={onPauseOpen} position="bottom-end">
          <Menu.Target>
            <Button
              variant="default"
              data-testid="state-pause"
              leftSection={<IconCoffee size={16} />}
              rightSection={<Key>⇧F8</Key>}
            >
              {w.bar.goPause}
            </Button>
          </Menu.Target>
          <Menu.Dropdown onKeyDown={byDigit}>
            <Menu.Label>{w.pauseTitle}</Menu.Label>
            {reasons.map((reason, i) => (
              <Menu.Item
                key={reason}
                leftSection={<Key>{i + 1}</Key>}
                data-testid={`pause-${i + 1}`}
                onClick={() => phone.pause(reason)}
              >
                {reason}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {p.state !== "ready" && p.state !== "not_ready" && (
        <Button
          data-testid="state-ready"
          {...(canReady ? { className: "btn-primary" } : {})}
          disabled={!canReady}
          rightSection={<Key>F2</Key>}
          onClick={onReady}
        >
          {w.bar.ready}
        </Button>
      )}
    </div>
  );
}

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Digits of the keyboard go into the talk while the keypad is open; elsewhere they choose answers. */
function typed(e: KeyboardEvent, phone: { digit(d: string): void }): void {
  if (!DIGITS.includes(e.key) || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  e.stopPropagation();
  phone.digit(e.key);
}

function Controls({ keypadOpen, onKeypadOpen, settled, onHangUp, onTransfer }: Props) {
  const w = useWords();
  const phone = usePhone();
  const { phone: p, muted } = usePhoneView();
  const call = p.call;
  const talk = inTalk(p);
  const ours = leadsTalk(p);
  const held = call?.state === "held";
  const rings = call?.state === "ringing";
  const counts = call?.state === "counting";
  const byDesk = p.desk?.device === "phone"; // the receiver is picked up and muted there
  const canHang = talk || counts || call?.state === "dialling" || rings;
  return (
    <div className="ctl controls">
      <Button
        className="btn-primary"
        data-testid={counts ? "dial-now" : "answer"}
        miw={talk ? 0 : 150}
        disabled={(!rings || byDesk) && !counts}
        leftSection={<IconPhone size={16} />}
        rightSection={<Key>F2</Key>}
        onClick={() => (counts ? phone.dialNow() : phone.answer())}
      >
        {/* In a talk its place is the name's: who rings is read, nothing is answered. */}
        <span className={talk ? "sr" : undefined}>
          {counts ? w.bar.dialNow : call?.direction === "task" && rings ? w.bar.take : w.bar.answer}
        </span>
      </Button>
      <Button
        variant="default"
        data-testid="hold"
        disabled={!ours}
        leftSection={held ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        rightSection={<Key>F4</Key>}
        onClick={() => phone.hold(!held)}
      >
        {held ? w.bar.unhold : w.bar.hold}
      </Button>
      <Button
        variant="default"
        data-testid="mute"
        disabled={!talk || byDesk}
        aria-pressed={muted}
        leftSection={muted ? <IconMicrophone size={16} /> : <IconMicrophoneOff size={16} />}
        rightSection={<Key>F8</Key>}
        onClick={() => phone.mute(!muted)}
      >
        {muted && talk ? w.bar.unmute : w.bar.mute}
      </Button>
      <Button
        variant="default"
        data-testid="transfer-open"
        disabled={!ours}
        leftSection={<IconArrowForwardUp size={16} />}
        rightSection={<Key>F9</Key>}
        onClick={onTransfer}
      >
        {w.bar.transfer}
      </Button>
      <Popover opened={keypadOpen && talk} onChange={onKeypadOpen} position="bottom-end" withArrow trapFocus>
        <Popover.Target>
          <Button
            variant="default"
            data-testid="keypad"
            disabled={!ours}
            leftSection={<IconDialpad size={16} />}
            rightSection={<Key>F7</Key>}
            onClick={() => onKeypadOpen(!keypadOpen)}
          >
            {w.bar.keypad}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className="keypad" role="group" aria-label={w.keypad.title} onKeyDown={(e) => typed(e, phone)}>
            {DIGITS.map((d) => (
              <Button key={d} variant="default" onClick={() => phone.digit(d)}>
                {d}
              </Button>
            ))}
          </div>
        </Popover.Dropdown>
      </Popover>
      <Button
        {...(ours && settled ? { className: "btn-primary" } : { variant: "default" })}
        data-testid="hangup"
        disabled={!canHang}
        leftSection={<IconPhoneOff size={16} />}
        rightSection={<Key>⇧F2</Key>}
        onClick={() => (rings ? phone.decline() : onHangUp())}
      >
        {rings ? w.bar.decline : w.bar.hangup}
      </Button>
    </div>
  );
}
