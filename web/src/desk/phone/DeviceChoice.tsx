import { SegmentedControl } from "@mantine/core";
import { IconDeviceLandlinePhone, IconHeadset } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Phone } from "../../softphone/machine";
import type { Device } from "../../softphone/protocol";
import { usePhone, usePhoneView } from "../../softphone/useSoftphone";
import { useWords } from "./words";
import "./phone.css";

/** Whether the person has a telephone on his desk, or had one when he chose it. */
export function hasDesk(p: Phone): boolean {
  return p.desk !== null && (p.desk.registered || p.device === "phone");
}

/** By what calls come: the browser, or the telephone on the desk. Nothing for who has none. */
export function DeviceChoice() {
  const w = useWords();
  const phone = usePhone();
  const { phone: p } = usePhoneView();
  if (!hasDesk(p)) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label={w.choice}
      data-testid="device"
      value={p.device}
      data={[
        { value: "browser", label: <Sign words={w.browser} icon={<IconHeadset size={16} stroke={1.6} />} /> },
        {
          value: "phone",
          label: <Sign words={w.phone} icon={<IconDeviceLandlinePhone size={16} stroke={1.6} />} />,
          disabled: p.desk?.registered !== true,
        },
      ]}
      onChange={(v) => phone.by(v as Device)}
    />
  );
}

/** The bar has room for a sign; its words are read out and shown to who points at it. */
function Sign({ words, icon }: { words: string; icon: ReactNode }) {
  return (
    <span title={words} className="device-sign">
      {icon}
      <span className="sr">{words}</span>
    </span>
  );
}

/** What the bar says when the telephone matters; null: nothing of its own. */
export function usePhoneWords(): [head: string, tail: string] | null {
  const w = useWords();
  const { phone: p } = usePhoneView();
  const by = p.desk?.device === "phone";
  if (by && p.call?.state === "ringing") return [w.pickUp, w.pickUpText];
  if (p.call !== null || p.device !== "phone") return null;
  if (p.desk && !p.desk.registered) return [w.away, w.awayText];
  return by && p.state === "ready" ? ["", w.readySub] : null;
}
