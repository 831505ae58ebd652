import { Button } from "@mantine/core";
import { IconEar, IconPhoneOff, IconUsers, IconVolume } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { may, useMe } from "../session/session";
import { useAtWork } from "../softphone/atWork";
import type { WatchMode } from "../softphone/protocol";
import { usePhone, usePhoneView } from "../softphone/useSoftphone";
import { Key, Note } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import type { LiveCall } from "./api";
import { useWords } from "./words";

const modes: readonly { mode: WatchMode; icon: typeof IconEar; key: string; code: string }[] = [
  { mode: "listen", icon: IconEar, key: "1", code: "Digit1" },
  { mode: "whisper", icon: IconVolume, key: "2", code: "Digit2" },
  { mode: "join", icon: IconUsers, key: "3", code: "Digit3" },
];

export type Watching = { on: string; mode: WatchMode | ""; start: (key: string) => void; may: boolean };

/** Hearing talks of others: the telephone is started when it is first asked for. */
export function useWatching(): Watching {
  const me = useMe();
  const phone = usePhone();
  const { phone: p } = usePhoneView();
  const [wanted, setWanted] = useState("");
  useAtWork(wanted !== "");
  const ready = p.welcomed && p.media === "up";
  useEffect(() => {
    if (wanted && ready) phone.watch(wanted, "listen");
  }, [wanted, ready, phone]);
  return { on: p.watching?.call ?? "", mode: p.watching?.mode ?? "", start: setWanted, may: may(me, "desk.listen") };
}

/** In the row of a talk: hear it. */
export function ListenButton({ c, of }: { c: LiveCall; of: Watching }) {
  const w = useWords().watch;
  if (!of.may || c.state !== "talking" || of.on === c.key) return null;
  return (
    <Button size="xs" variant="default" leftSection={<IconEar size={16} />} onClick={() => of.start(c.key)}>
      {w.listen}
    </Button>
  );
}

/** Above the list while a talk is heard: how, and the way out. The keys work without the mouse. */
export function WatchBar({ of, call }: { of: Watching; call: LiveCall | undefined }) {
  const w = useWords().watch;
  const phone = usePhone();
  const { phone: p, mic } = usePhoneView();
  const set = (mode: WatchMode) => phone.watch(of.on, mode);
  const leave = () => {
    phone.unwatch();
    of.start("");
  };
  useKeys({ ...Object.fromEntries(modes.map((m) => [m.code, () => set(m.mode)])), Escape: leave }, of.on !== "");
  if (of.on === "") {
    if (p.problem) return <Note tone="plan">{p.problem.text}</Note>;
    return mic === "denied" ? <Note tone="plan">{w.noMic}</Note> : null;
  }
  return (
    <div className="panel shift-watch" role="status" data-testid="watch-bar" data-mode={of.mode}>
      <span className="grow">
        <span className="b">{of.mode && w.now[of.mode]}</span>{" "}
        <span className="t2">{[call?.operator, call?.company_name].filter(Boolean).join(" · ")}</span>
      </span>
      {modes.map(({ mode, icon: Icon, key }) => (
        <Button
          key={mode}
          variant={of.mode === mode ? "filled" : "default"}
          aria-pressed={of.mode === mode}
          leftSection={<Icon size={16} />}
          onClick={() => set(mode)}
        >
          {w[mode]} <Key>{key}</Key>
        </Button>
      ))}
      <Button variant="default" leftSection={<IconPhoneOff size={16} />} onClick={leave}>
        {w.leave} <Key>Esc</Key>
      </Button>
    </div>
  );
}
