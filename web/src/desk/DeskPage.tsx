import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { sessionEnded } from "../api/client";
import { may, useMe } from "../session/session";
import { useAtWork, whenWorkEnds } from "../softphone/atWork";
import { usePhone, usePhoneView } from "../softphone/useSoftphone";
import { Empty, Hints } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import { Banners, EMERGENCY } from "./Banners";
import { CallBar, mayPause } from "./CallBar";
import { CallScreen, type BarText } from "./CallScreen";
import { viewOf } from "./current";
import "./desk.css";
import { Finder } from "./Finder";
import { Idle } from "./Idle";
import { KeysHelp, useHints } from "./KeysHelp";
import { callQuery } from "./queries";
import { inTalk, leadsTalk } from "./state";
import { DeskStrip } from "./Strip";
import { Guest, isGuest } from "./transfer/Guest";
import { useNext } from "./useNext";
import { useWords } from "./words";
import { works } from "./works";

/** The call that is not written up, of this person: an expired login must not lose it. */
const openKey = (user: number) => `d24.desk.open.${user}`;
whenWorkEnds(() => works.clear());
const rest: BarText = { subject: null, sub: null, settled: true };

/** The operator's desk: one screen for a whole shift. */
export function DeskPage() {
  const phone = usePhone();
  const { phone: p } = usePhoneView();
  useAtWork();
  if (p.link === "elsewhere") return <Elsewhere onHere={() => phone.takeover()} />;
  if (p.link === "ended") return <Ended />;
  return <Desk />;
}

function Desk() {
  const phone = usePhone();
  const { phone: p, muted } = usePhoneView();
  const me = useMe();
  const kept = openKey(me.user.id);
  const [opened, setOpened] = useState(() => sessionStorage.getItem(kept) ?? "");
  const [bar, setBar] = useState<BarText>(rest);
  const [pauseOpen, setPauseOpen] = useState(false);
  const [keypadOpen, setKeypadOpen] = useState(false);
  const [help, setHelp] = useState(false);
  const [transfer, setTransfer] = useState(false);
  const closeTransfer = useCallback(() => setTransfer(false), []);
  const [finding, setFinding] = useState(false);
  const old = useQuery({ ...callQuery(opened), enabled: opened !== "" && p.call === null }).data;
  const call = p.call ?? (opened && old ? viewOf(old.call) : null);
  const open = useCallback(
    (key: string) => {
      if (key) sessionStorage.setItem(kept, key);
      else sessionStorage.removeItem(kept);
      setOpened(key);
    },
    [kept],
  );
  const key = call?.key ?? "";
  const leave = useCallback(() => {
    if (key) works.drop(key);
    phone.paperwork(false);
    phone.forget();
    open("");
    setBar(rest);
  }, [key, open, phone]);
  const ready = useCallback(() => {
    if (call && call.state === "ended" && !bar.settled) return;
    if (call?.state === "ended") leave();
    phone.ready();
    phone.wrappedUp();
  }, [bar.settled, call, leave, phone]);

  const [hungUp, nextAfter] = useNext(call?.key ?? "", call?.state, bar.settled, ready);
  const hangUp = () => {
    hungUp();
    phone.hangup();
  };
  // A ring that went away leaves no text and owes nothing.
  const shown = call ? bar : rest;
  const state = call?.state;
  const live = state !== undefined && state !== "ended";
  // A call that is not written up stays on the screen over a reload.
  useEffect(() => {
    if (p.call && p.call.state !== "ringing") sessionStorage.setItem(kept, p.call.key);
  }, [kept, p.call]);
  // Another has it by now: it is not ours to write up.
  const lost = p.taken?.by ? p.taken.call : "";
  useEffect(() => {
    if (lost && lost === opened) open("");
  }, [lost, open, opened]);
  useTabTitle();
  useStayAsk(live || !shown.settled);
  useKeys({
    F2: () => {
      if (state === "ringing") phone.answer();
      else if (state === "counting") phone.dialNow();
      else if (!live) ready();
      else nextAfter();
    },
    "shift+F2": () => (state === "ringing" ? phone.decline() : live && hangUp()),
    F4: () => leadsTalk(p) && phone.hold(state !== "held"),
    "shift+F4": () => p.call?.unheard && leadsTalk(p) && phone.sayGoodbye(),
    F7: () => inTalk(p) && setKeypadOpen(!keypadOpen),
    F8: () => inTalk(p) && phone.mute(!muted),
    F9: () => leadsTalk(p) && setTransfer(true),
    "shift+F8": () => mayPause(p) && setPauseOpen(true),
    F1: () => setHelp(true),
    "shift+F1": () => may(me, "emergency.read") && window.open(EMERGENCY, "_blank", "noopener"),
    "ctrl+KeyK": () => setFinding(true),
    Slash: () => setFinding(true),
    NumpadDivide: () => setFinding(true),
    "shift+Slash": () => setHelp(true),
  });
  const hints = useHints(call, p, shown.settled);
  return (
    <>
      <DeskStrip />
      <CallBar
        subject={shown.subject}
        sub={shown.sub}
        settled={shown.settled}
        pauseOpen={pauseOpen && mayPause(p)}
        onPauseOpen={setPauseOpen}
        keypadOpen={keypadOpen}
        onKeypadOpen={setKeypadOpen}
        onReady={ready}
        onHangUp={hangUp}
        onTransfer={() => setTransfer(true)}
      />
      <Banners />
      {call && isGuest(call) ? (
        <Guest call={call} />
      ) : call ? (
        <CallScreen
          key={call.key}
          call={call}
          isOld={p.call === null}
          transfer={transfer}
          onTransferred={closeTransfer}
          onBar={setBar}
          onLeave={leave}
        />
      ) : (
        <Idle onOpen={open} />
      )}
      {p.call === null && call && <OldBar settled={bar.settled} onLater={leave} />}
      {finding && <Finder onClose={() => setFinding(false)} />}
      <Hints items={hints} />
      <KeysHelp opened={help} onClose={() => setHelp(false)} />
      <Announce />
    </>
  );
}

/** Leaves an old call opened from the list for later. */
function OldBar({ settled, onLater }: { settled: boolean; onLater: () => void }) {
  const w = useWords();
  return (
    <div className="old-bar">
      <Button size="xs" variant="default" onClick={onLater} data-testid="later">
        {settled ? w.outcome.finish : w.outcome.later}
      </Button>
    </div>
  );
}

/** Says the incoming call once to a screen reader. */
function Announce() {
  const w = useWords();
  const { phone: p } = usePhoneView();
  const rings = p.call?.state === "ringing";
  return (
    <div className="sr" role="alert">
      {rings && `${w.bar.inbound}. ${p.call?.company_name || p.call?.title || ""}`}
    </div>
  );
}

function Elsewhere({ onHere }: { onHere: () => void }) {
  const w = useWords();
  return (
    <div className="whole" data-testid="elsewhere">
      <Empty
        title={w.elsewhere.title}
        action={
          <Button className="btn-primary" data-testid="work-here" onClick={onHere}>
            {w.elsewhere.here}
          </Button>
        }
      >
        {w.elsewhere.text}
      </Empty>
    </div>
  );
}

function Ended() {
  const w = useWords();
  const { phone: p } = usePhoneView();
  return (
    <div className="whole" data-testid="session-ended">
      <Empty
        title={w.ended.title}
        action={
          <Button className="btn-primary" onClick={() => sessionEnded()}>
            {w.ended.login}
          </Button>
        }
      >
        {p.problem?.text || w.ended.text}
      </Empty>
    </div>
  );
}

/** The ring has a visual twin in the title of the tab. */
function useTabTitle(): void {
  const w = useWords();
  const { phone: p } = usePhoneView();
  const who = p.call?.state === "ringing" ? p.call.company_name || p.call.title || p.call.phone || w.bar.inbound : "";
  useEffect(() => {
    if (!who) return;
    const before = document.title;
    document.title = w.tabRinging(who);
    return () => {
      document.title = before;
    };
  }, [w, who]);
}

/** Closing the window during a call is asked about. */
function useStayAsk(on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [on]);
}
