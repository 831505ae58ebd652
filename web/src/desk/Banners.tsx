import { Button } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCloudOff,
  IconEarOff,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconVolume,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLink } from "../live/useLive";
import { may, useMe } from "../session/session";
import type { Taken as TakenBy } from "../softphone/protocol";
import { usePhone, usePhoneView } from "../softphone/useSoftphone";
import { serverNow, useNow } from "../time/clock";
import { timeOf } from "../time/format";
import { Key } from "../ui/blocks";
import { figuresQuery } from "./queries";
import { stateWord } from "./state";
import { useWords as useShared } from "../ui/words";
import { useWords } from "./words";
import { useWork } from "./works";

/** The page of the emergency list. */
export const EMERGENCY = "/emergency";

/** What makes the whole desk unable to do its work, in words, under the bar. */
export function Banners() {
  const w = useWords();
  const phone = usePhone();
  const { phone: p, blocked } = usePhoneView();
  const { data: f } = useQuery(figuresQuery);
  const down = f && f.trunks.length > 0 && f.trunks.every((t) => t.state === "down");
  return (
    <>
      {down && (
        <div className="banner bad" role="alert" data-testid="trunks-down">
          <IconAlertTriangle size={18} aria-hidden />
          <span>
            <b>{w.banner.trunksDown(f.trunks.length)}</b> {w.banner.trunksDownMore}
          </span>
          <ToEmergencyList />
        </div>
      )}
      {f && !f.engine_alive && (
        <div className="banner bad" role="alert" data-testid="engine-silent">
          <IconPhoneOff size={18} aria-hidden />
          <span>
            <b>{w.banner.engine}</b> {w.banner.engineMore}
          </span>
          <ToEmergencyList />
        </div>
      )}
      <PhoneLost engineDead={f ? !f.engine_alive : false} />
      <ClockDrift />
      {p.call?.silent && (
        <div className="banner bad" role="alert" data-testid="not-heard">
          <IconMicrophoneOff size={18} aria-hidden />
          <span>
            <b>{w.banner.notHeard}</b> {w.banner.notHeardMore}
          </span>
        </div>
      )}
      {p.call?.state === "held" && p.call.held_at && <ForgottenHold key={p.call.held_at} at={p.call.held_at} />}
      {p.call?.unheard && p.call.state === "talking" && (
        <div className="banner" role="alert" data-testid="nobody-heard">
          <IconEarOff size={18} aria-hidden />
          <span className="grow">
            <b>{w.banner.nobody}</b> {w.banner.nobodyMore}
          </span>
          <Button
            size="compact-sm"
            variant="default"
            data-testid="end-silence"
            rightSection={<Key>⇧F4</Key>}
            onClick={() => phone.sayGoodbye()}
          >
            {w.banner.nobodyAct}
          </Button>
        </div>
      )}
      {blocked && (
        <div className="banner" role="alert">
          <IconVolume size={18} aria-hidden />
          <span className="grow">{w.banner.blocked}</span>
          <Button size="compact-sm" variant="default">
            {w.banner.blockedAct}
          </Button>
        </div>
      )}
      {p.missed && p.state === "pause" && (
        <div className="banner" role="status" data-testid="missed">
          {w.banner.missed}
        </div>
      )}
      {p.taken?.by && <Taken {...p.taken} />}
      {p.movedBy && (
        <div className="banner" role="status" data-testid="moved">
          {w.banner.moved(p.movedBy, stateWord(p, w))}
        </div>
      )}
      {p.problem && p.link === "open" && (
        <div className="banner" role="status">
          {p.problem.code === "session.ended" ? w.banner.session : p.problem.text}
        </div>
      )}
    </>
  );
}

/** Music plays for so long before the operator is reminded, and again each minute from then on (F19). */
const holdForgotten = 2;

/** The other side waits on hold as if forgotten: said in words and by a short ring. */
function ForgottenHold({ at }: { at: string }) {
  const w = useWords();
  const phone = usePhone();
  const minutes = Math.floor((useNow() - Date.parse(at)) / 60_000);
  const forgotten = minutes >= holdForgotten;
  useEffect(() => {
    if (forgotten) phone.remind();
  }, [phone, forgotten, minutes]);
  if (!forgotten) return null;
  return (
    <div className="banner bad" role="alert" data-testid="hold-forgotten">
      <IconPlayerPause size={18} aria-hidden />
      <span className="grow">
        <b>{w.banner.holdForgotten(minutes)}</b> {w.banner.holdForgottenMore}
      </span>
      <Button size="compact-sm" variant="default" onClick={() => phone.hold(false)}>
        {w.bar.unhold} <Key>F4</Key>
      </Button>
    </div>
  );
}

/** Whom to call by a mobile phone meanwhile; it opens beside, so that a form under way stays. */
function ToEmergencyList() {
  const w = useShared();
  if (!may(useMe(), "emergency.read")) return null;
  return (
    <a href={EMERGENCY} target="_blank" rel="noopener" className="nw" data-testid="to-emergency">
      {w.emergencyList} <Key>⇧F1</Key>
    </a>
  );
}

/** Another has the call that was lost here, and what the server has of the form; the rest stands here to be told him. */
function Taken({ call, by, led }: TakenBy) {
  const w = useWords();
  const { draft, dirty } = useWork(call, "");
  const unsent = dirty ? draft.form.description.trim() : "";
  return (
    <div className="banner" role="status" data-testid="taken">
      <IconPhoneOff size={18} aria-hidden />
      <span>
        <b>{led ? w.banner.ledTo(by) : w.banner.taken(by)}</b> {w.banner.takenMore}
        {unsent && <span className="block">{w.banner.unsent(unsent)}</span>}
      </span>
    </div>
  );
}

/** The telephone's own connection is away while the server answers. */
function PhoneLost({ engineDead }: { engineDead: boolean }) {
  const w = useWords();
  const me = useMe();
  const link = useLink();
  const { phone: p } = usePhoneView();
  if (engineDead || link.state === "lost" || p.link !== "lost" || p.lostAt === null || p.attempt < 2) return null;
  return (
    <div className="banner" role="status" data-testid="phone-lost">
      <IconCloudOff size={18} aria-hidden />
      <span>
        <b>{w.banner.phoneLost(timeOf(p.lostAt, me.zone))}</b> {w.banner.phoneLostMore}
      </span>
    </div>
  );
}

/** A computer whose clock is wrong by more than a minute confuses whoever looks at its corner. */
function ClockDrift() {
  const w = useWords();
  const [shut, setShut] = useState(false);
  const { phone: p } = usePhoneView();
  const off = p.welcomed && Math.abs(serverNow() - Date.now()) > 60_000;
  if (!off || shut) return null;
  return (
    <div className="banner" role="status">
      <span className="grow">{w.banner.clock}</span>
      <Button size="compact-sm" variant="default" onClick={() => setShut(true)}>
        {w.keypad.close}
      </Button>
    </div>
  );
}
