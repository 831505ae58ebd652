import { Modal } from "@mantine/core";
import type { Phone } from "../softphone/machine";
import type { CallView } from "../softphone/protocol";
import { Key } from "../ui/blocks";
import { mayPause } from "./CallBar";
import { hasForm } from "./current";
import { isGuest } from "./transfer/Guest";
import { useWords } from "./words";

/** All keys of the desk (F1 or «?»). They go by place on the keyboard, so the layout does not matter. */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const w = useWords();
  const rows: [string[], string][] = [
    [["F2"], `${w.keys.answer}; ${w.keys.ready}`],
    [["⇧F2"], w.keys.hangup],
    [["F4"], w.keys.hold],
    [["⇧F4"], w.keys.silence],
    [["F7"], w.keys.keypad],
    [["F8"], w.keys.mute],
    [["F9"], w.keys.transfer],
    [["⇧F8"], w.keys.pause],
    [["Enter"], w.keys.confirm],
    [["1–9"], w.keys.digits],
    [["Ctrl ↓", "Ctrl ↑"], w.keys.sections],
    [["Ctrl Enter"], w.keys.save],
    [["F3"], w.keys.outcome],
    [["F6"], w.keys.same],
    [["Ctrl K", "/"], w.keys.find],
    [["Esc"], w.keys.esc],
    [["⇧F1"], w.keys.emergency],
    [["F1", "?"], w.keys.all],
  ];
  return (
    <Modal opened={opened} onClose={onClose} title={w.keys.title} size="lg" data-testid="keys-help">
      <table className="tbl">
        <tbody>
          {rows.map(([keys, text]) => (
            <tr key={text}>
              <td className="nw keys">
                {keys.map((k) => (
                  <Key key={k}>{k}</Key>
                ))}
              </td>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}

/** The keys that mean something now, for the line at the bottom. */
export function useHints(call: CallView | null, p: Phone, settled: boolean): [string, string][] {
  const w = useWords();
  const find: [string, string] = ["Ctrl K", w.keys.shortFind];
  const all: [string, string] = ["F1", w.keys.all];
  const pause: [string, string][] = mayPause(p) ? [["⇧F8", w.keys.pause]] : [];
  if (!call) return [...(p.state === "ready" ? [] : [["F2", w.keys.ready] as [string, string]]), ...pause, find, all];
  switch (call.state) {
    case "ringing":
      return [
        ["F2", call.direction === "task" ? w.keys.shortTake : w.keys.shortAnswer],
        ["⇧F2", w.keys.shortDecline],
        all,
      ];
    case "counting":
      return [["F2", w.keys.shortDial], ["⇧F2", w.keys.shortHangup], all];
    case "dialling":
      return [["⇧F2", w.keys.shortHangup], all];
    default:
  }
  if (isGuest(call)) return [["⇧F2", w.keys.shortHangup], all];
  const talk: [string, string][] =
    call.state === "ended"
      ? [...(settled ? [["F2", w.keys.ready] as [string, string]] : []), ...pause]
      : [
          ["F4", w.keys.shortHold],
          ["F9", w.keys.shortTransfer],
          ["⇧F2", w.keys.shortHangup],
        ];
  if (settled) return [...talk, all];
  if (!hasForm(call)) return [["1–9", w.keys.shortResult], ...talk, all];
  return [
    ["Ctrl Enter", w.keys.shortSave],
    ["Ctrl ↓", w.keys.shortSections],
    ["1–9", w.keys.shortDigits],
    ["F3", w.keys.outcome],
    ...talk,
    find,
    all,
  ];
}
