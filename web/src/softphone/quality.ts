/** What the sound between this browser and the engine is like, by the browser's own figures. */

export type Grade = "good" | "middling" | "bad";

/** One look at the figures; packets are counted since the connection was made. */
export interface Reading {
  received: number;
  lost: number;
  jitterMs: number;
  /** There and back; null: not known yet. */
  rttMs: number | null;
  /** Share of our sound that does not reach the engine, percent; null: not known yet. */
  farLoss: number | null;
}

export interface Quality {
  grade: Grade;
  /** The worse of both ways, percent. */
  loss: number;
  jitterMs: number;
  rttMs: number | null;
}

/** The journal's bounds (internal/telephony/sound.go): percent, ms, ms. */
const middling = { loss: 1, jitter: 30, rtt: 300 };
const bad = { loss: 3, jitter: 60, rtt: 800 };

/** How often the browser is asked, and how many of its answers are judged together: ten seconds. */
export const lookEvery = 2_000;
export const looks = 6;

/** What came between the first and the last reading; null: nothing can be said yet. */
export function judge(readings: Reading[]): Quality | null {
  const first = readings[0];
  const last = readings.at(-1);
  if (!first || !last || readings.length < 2) return null;
  const received = Math.max(0, last.received - first.received);
  const lost = Math.max(0, last.lost - first.lost);
  const loss = Math.max(received + lost > 0 ? (100 * lost) / (received + lost) : 0, last.farLoss ?? 0);
  const jitterMs = received > 0 ? last.jitterMs : 0;
  const over = (b: typeof bad) => loss >= b.loss || jitterMs >= b.jitter || (last.rttMs ?? 0) >= b.rtt;
  return {
    grade: over(bad) ? "bad" : over(middling) ? "middling" : "good",
    loss: Math.round(loss * 10) / 10,
    jitterMs: Math.round(jitterMs),
    rttMs: last.rttMs === null ? null : Math.round(last.rttMs),
  };
}

/** Whether both say the same: the screens are not drawn anew for it. */
export function same(a: Quality | null, b: Quality | null): boolean {
  return a === b || (a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));
}

/** The figures of a peer connection; null: it has received nothing yet. */
export function readingOf(report: RTCStatsReport): Reading | null {
  const found: Partial<Reading> = {};
  report.forEach((s: RTCStats & Record<string, unknown>) => {
    const number = (key: string) => (typeof s[key] === "number" ? s[key] : null);
    if (s.type === "inbound-rtp") {
      found.received = number("packetsReceived") ?? 0;
      found.lost = number("packetsLost") ?? 0;
      found.jitterMs = (number("jitter") ?? 0) * 1000;
    } else if (s.type === "remote-inbound-rtp") {
      const share = number("fractionLost");
      if (share !== null) found.farLoss = share * 100;
    } else if (s.type === "candidate-pair" && s.nominated === true) {
      const trip = number("currentRoundTripTime");
      if (trip !== null) found.rttMs = trip * 1000;
    }
  });
  if (found.received === undefined) return null;
  return {
    received: found.received,
    lost: found.lost ?? 0,
    jitterMs: found.jitterMs ?? 0,
    rttMs: found.rttMs ?? null,
    farLoss: found.farLoss ?? null,
  };
}
