import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callView, fakePhone } from "./fakes";
import { judge, lookEvery, readingOf, type Reading } from "./quality";

const reading = (change: Partial<Reading> = {}): Reading => ({
  received: 0,
  lost: 0,
  jitterMs: 5,
  rttMs: 40,
  farLoss: 0,
  ...change,
});

describe("quality of the connection", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    sessionStorage.clear();
    localStorage.clear();
  });
  afterEach(() => vi.useRealTimers());

  it.each([
    ["good", { received: 500 }],
    ["middling", { received: 500, lost: 6 }],
    ["bad", { received: 500, lost: 20 }],
    ["bad", { received: 500, farLoss: 5 }],
    ["middling", { received: 500, jitterMs: 35 }],
    ["middling", { received: 500, rttMs: 400 }],
    ["bad", { received: 500, rttMs: 900 }],
    // Nobody speaks on the other side: the last jitter says nothing of now.
    ["good", { jitterMs: 90, rttMs: null, farLoss: null }],
  ] as const)("is %s with %j", (grade, last) => {
    expect(judge([reading(), reading(last)])?.grade).toBe(grade);
  });

  it("judges what came between, not what was lost before", () => {
    expect(judge([reading({ received: 100, lost: 100 }), reading({ received: 600, lost: 100 })])?.loss).toBe(0);
    expect(judge([reading()])).toBeNull();
  });

  it("reads the browser's report; a way that is not in use counts for nothing", () => {
    const report = new Map<string, object>([
      ["a", { type: "inbound-rtp", packetsReceived: 10, packetsLost: 2, jitter: 0.012 }],
      ["b", { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 }],
      ["c", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.05 }],
      ["d", { type: "remote-inbound-rtp", fractionLost: 0.25 }],
    ]);
    const read = (r: Map<string, object>) => readingOf(r as unknown as RTCStatsReport);
    expect(read(report)).toEqual({ received: 10, lost: 2, jitterMs: 12, rttMs: 50, farLoss: 25 });
    expect(read(new Map([["c", { type: "candidate-pair", nominated: true }]]))).toBeNull();
  });

  it("is looked at during a talk only, and forgotten on hold", async () => {
    const f = fakePhone();
    f.phone.start();
    f.socket.open();
    f.socket.welcome({ state: "ready" });
    await vi.advanceTimersByTimeAsync(0);
    f.socket.tell({ type: "sdp_answer", sdp: "answer" });
    await vi.advanceTimersByTimeAsync(0);
    f.sound.reading = reading({ received: 1000, lost: 500 });
    await vi.advanceTimersByTimeAsync(3 * lookEvery);
    expect(f.phone.snapshot().quality).toBeNull();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    await vi.advanceTimersByTimeAsync(0);
    f.sound.reading = reading({ received: 1090, lost: 510 });
    await vi.advanceTimersByTimeAsync(lookEvery);
    expect(f.phone.snapshot().quality).toEqual({ grade: "bad", loss: 10, jitterMs: 5, rttMs: 40 });
    // A new connection counts from nothing.
    f.sound.reading = reading({ received: 50 });
    await vi.advanceTimersByTimeAsync(lookEvery);
    expect(f.phone.snapshot().quality).toBeNull();
    f.sound.reading = reading({ received: 150 });
    await vi.advanceTimersByTimeAsync(lookEvery);
    expect(f.phone.snapshot().quality?.grade).toBe("good");
    f.socket.tell({ type: "call", call: callView({ state: "held" }) });
    expect(f.phone.snapshot().quality).toBeNull();
  });
});
