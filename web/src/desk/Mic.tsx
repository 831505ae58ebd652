import { Button, Select, Slider, Switch } from "@mantine/core";
import { IconCheck, IconMicrophone, IconMicrophoneOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useMicLevel, usePhone, usePhoneView } from "../softphone/useSoftphone";
import { Panel } from "../ui/blocks";
import { useWords } from "./words";

/** The meter alone: ten renders a second stay in here. */
export function MicMeter() {
  const w = useWords();
  const level = useMicLevel();
  return (
    <div
      className="meter"
      role="meter"
      aria-label={w.mic.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      <i style={{ width: `${Math.round(level * 100)}%` }} />
    </div>
  );
}

/** The check of the microphone before work; says what is wrong and how to mend it. */
export function MicCheck() {
  const w = useWords();
  const phone = usePhone();
  const { mic, phone: p } = usePhoneView();
  const ok = mic === "ok";
  const wrong = mic !== "ok" && mic !== "quiet" && mic !== "asking";
  return (
    <Panel
      title={w.mic.title}
      right={ok ? <IconCheck size={18} color="var(--c-accent-text)" aria-hidden /> : undefined}
    >
      <div className="col" style={{ gap: 10 }}>
        <div className="row" role={wrong ? "alert" : "status"} {...(ok ? { "data-testid": "mic-ok" } : {})}>
          {wrong ? (
            <IconMicrophoneOff size={20} style={{ flex: "none" }} aria-hidden />
          ) : (
            <IconMicrophone size={20} style={{ flex: "none" }} aria-hidden />
          )}
          <div>
            <div className="b" data-testid="mic-state" data-state={mic}>
              {w.mic.state[mic]}
            </div>
            <div className="quiet">{w.mic.how[mic]}</div>
          </div>
        </div>
        {(ok || mic === "quiet") && <MicMeter />}
        <div className="s12 t2">{w.mic.media[p.media]}</div>
        {ok && p.media === "up" && p.call === null && (
          <div className="row">
            <Button
              size="xs"
              variant="default"
              style={{ flex: "none" }}
              disabled={p.echo !== ""}
              data-testid="check-sound"
              onClick={() => phone.checkSound()}
            >
              {w.mic.check}
            </Button>
            <span className="s12 t2" role="status" data-testid="echo" data-state={p.echo}>
              {w.mic.echo[p.echo || "none"]}
            </span>
          </div>
        )}
        {wrong && (
          <div>
            <Button size="xs" variant="default" onClick={() => phone.retryMic()}>
              {w.mic.again}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

function useDevices(): MediaDeviceInfo[] {
  const { mic } = usePhoneView();
  const [list, setList] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    const media = navigator.mediaDevices;
    if (!media?.enumerateDevices) return;
    let gone = false;
    const look = () =>
      void media.enumerateDevices().then(
        (all) => !gone && setList(all),
        () => undefined,
      );
    look();
    media.addEventListener("devicechange", look);
    return () => {
      gone = true;
      media.removeEventListener("devicechange", look);
    };
  }, [mic]); // names are given only after the permission
  return list;
}

/** Which microphone, headset and ring; kept on this computer. */
export function DeviceSettings() {
  const w = useWords();
  const phone = usePhone();
  const { devices } = usePhoneView();
  const all = useDevices();
  const options = (kind: MediaDeviceKind) => [
    { value: "", label: w.devices.system },
    ...all
      .filter((d) => d.kind === kind && d.deviceId && d.deviceId !== "default" && d.deviceId !== "communications")
      .map((d, i) => ({ value: d.deviceId, label: d.label || `${w.devices.mic} ${i + 1}` })),
  ];
  const inside = { withinPortal: false };
  return (
    <div className="col devices">
      <div className="b">{w.devices.title}</div>
      <MicMeter />
      <Select
        label={w.devices.mic}
        data={options("audioinput")}
        value={devices.mic}
        allowDeselect={false}
        comboboxProps={inside}
        onChange={(v) => phone.choose({ mic: v ?? "" })}
      />
      <Switch
        size="xs"
        label={w.devices.processing}
        description={w.devices.processingText}
        data-testid="processing"
        checked={devices.processing}
        onChange={(e) => phone.choose({ processing: e.currentTarget.checked })}
      />
      <Select
        label={w.devices.speaker}
        data={options("audiooutput")}
        value={devices.speaker}
        allowDeselect={false}
        comboboxProps={inside}
        onChange={(v) => phone.choose({ speaker: v ?? "" })}
      />
      <Select
        label={w.devices.ring}
        data={options("audiooutput")}
        value={devices.ring}
        allowDeselect={false}
        comboboxProps={inside}
        onChange={(v) => phone.choose({ ring: v ?? "" })}
      />
      <div className="s12 t2">{w.devices.volume}</div>
      <Slider
        min={0}
        max={1}
        step={0.05}
        label={(v) => `${Math.round(v * 100)}`}
        value={devices.ringVolume}
        thumbLabel={w.devices.volume}
        onChange={(v) => phone.choose({ ringVolume: v })}
      />
      <Button variant="default" size="xs" onClick={() => phone.tryRing()}>
        {w.devices.tryRing}
      </Button>
    </div>
  );
}
