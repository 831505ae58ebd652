/** Which microphone, headset and ring the person chose on this computer. */
export interface Devices {
  mic: string;
  /** The browser takes echo and noise away. An office with a good headset may switch it off. */
  processing: boolean;
  speaker: string;
  ring: string;
  /** 0..1 */
  ringVolume: number;
}

const key = "d24.devices";
const plain: Devices = { mic: "", processing: true, speaker: "", ring: "", ringVolume: 0.7 };

export function recall(): Devices {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    if (typeof kept !== "object" || kept === null) return plain;
    const k = kept as Partial<Record<keyof Devices, unknown>>;
    return {
      mic: text(k.mic),
      processing: k.processing !== false,
      speaker: text(k.speaker),
      ring: text(k.ring),
      ringVolume: typeof k.ringVolume === "number" ? Math.min(1, Math.max(0, k.ringVolume)) : plain.ringVolume,
    };
  } catch {
    return plain;
  }
}

export function remember(d: Devices): void {
  localStorage.setItem(key, JSON.stringify(d));
}

function text(v: unknown): string {
  return typeof v === "string" ? v : "";
}
