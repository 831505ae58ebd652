import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callView, fakePhone } from "./fakes";
import { backoff } from "./machine";
import { parse } from "./protocol";
import { BROWSER_GONE, NOT_TAKEN, PAPERWORK } from "./words/reasons";

const since = "2026-11-24T09:31:00Z";

/** A phone at work: connected, heard, ready. */
async function atWork() {
  const f = fakePhone();
  f.phone.start();
  f.socket.open();
  f.socket.welcome({ state: "pause", reason: "вход" });
  await vi.advanceTimersByTimeAsync(0);
  f.socket.tell({ type: "sdp_answer", sdp: "answer" });
  f.phone.ready();
  f.socket.tell({ type: "state", state: "ready", since });
  f.socket.hear();
  return f;
}

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe("softphone", () => {
  it("says hello, tells of its microphone and offers sound", async () => {
    const f = fakePhone();
    f.phone.start();
    f.socket.open();
    expect(f.socket.hear()).toEqual([{ type: "hello", tab: "tab-1", takeover: false }]);
    f.socket.welcome();
    await vi.advanceTimersByTimeAsync(0);
    expect(f.socket.hear()).toEqual([
      { type: "mic", level: 0, ok: true },
      { type: "offer", sdp: "offer-1" },
    ]);
    f.socket.tell({ type: "sdp_answer", sdp: "answer" });
    await vi.advanceTimersByTimeAsync(0);
    expect(f.sound.accepted).toEqual(["answer"]);
    expect(f.state().media).toBe("up");
  });

  it("does not let a person be ready whose microphone does not hear", async () => {
    const f = fakePhone("denied");
    f.phone.start();
    f.socket.open();
    f.socket.welcome({ state: "pause", reason: "вход" });
    await vi.advanceTimersByTimeAsync(0);
    f.socket.hear();
    f.phone.ready();
    expect(f.socket.hear()).toEqual([]);
    f.mic.is("ok");
    f.phone.ready();
    expect(f.socket.hear()).toEqual([
      { type: "mic", level: 0, ok: true },
      { type: "state", state: "ready", reason: "" },
    ]);
  });

  it("rings, is answered, talks, holds and writes up", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView() });
    expect(f.ring.ringing).toBe(true);
    f.phone.answer();
    expect(f.ring.ringing).toBe(false);
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.phone.hold(true);
    f.phone.digit("5");
    f.phone.hangup();
    expect(f.socket.hear()).toEqual([
      { type: "answer", call: "i-1" },
      { type: "hold", call: "i-1", on: true },
      { type: "digit", call: "i-1", digit: "5" },
      { type: "hangup", call: "i-1" },
    ]);
    f.socket.tell({ type: "call", call: callView({ state: "ended", outcome: "answered" }) });
    f.socket.tell({ type: "state", state: "wrap_up", since });
    expect(f.state().call?.state).toBe("ended");
    f.phone.forget();
    expect(f.state().call).toBeNull();
  });

  it("gets no new call until the result is said", async () => {
    const f = await atWork();
    f.phone.paperwork(true);
    expect(f.socket.hear()).toEqual([{ type: "state", state: "pause", reason: PAPERWORK }]);
    f.socket.tell({ type: "state", state: "pause", since, reason: PAPERWORK });
    expect(f.socket.hear()).toEqual([]);
    expect(f.state().wish).toBe("ready");
    f.phone.paperwork(false);
    f.phone.wrappedUp();
    expect(f.socket.hear()).toEqual([{ type: "state", state: "ready", reason: "" }, { type: "wrapped_up" }]);
  });

  it("drops a call whose caller gave up before the answer", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView() });
    f.socket.tell({ type: "call", call: callView({ state: "ended", outcome: "abandoned" }) });
    expect(f.state().call).toBeNull();
    expect(f.ring.ringing).toBe(false);
  });

  it("rests after a ring nobody took, and stays there", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView() });
    f.socket.tell({ type: "missed", call: "i-1" });
    f.socket.tell({ type: "state", state: "pause", since, reason: NOT_TAKEN });
    expect(f.state()).toMatchObject({ call: null, missed: "i-1", wish: "pause", wishReason: NOT_TAKEN });
    expect(f.ring.ringing).toBe(false);
    expect(f.socket.hear()).toEqual([]);
  });

  it("comes back by itself to the state it had", async () => {
    const f = await atWork();
    f.socket.fall();
    expect(f.state().link).toBe("lost");
    await vi.advanceTimersByTimeAsync(backoff(0, 0.5));
    expect(f.sockets).toHaveLength(2);
    f.socket.fall();
    await vi.advanceTimersByTimeAsync(backoff(1, 0.5) - 1);
    expect(f.sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(f.sockets).toHaveLength(3);
    f.socket.open();
    f.socket.welcome({ state: "pause", reason: BROWSER_GONE });
    await vi.advanceTimersByTimeAsync(0);
    expect(f.socket.hear()).toEqual([
      { type: "hello", tab: "tab-1", takeover: false },
      { type: "mic", level: 0, ok: true },
      { type: "state", state: "ready", reason: "" },
      { type: "offer", sdp: "offer-2" },
    ]);
    expect(f.state()).toMatchObject({ link: "open", attempt: 0, lostAt: null });
  });

  it("keeps the talk over a short break of the connection", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.socket.fall();
    expect(f.state().call?.state).toBe("talking");
    await vi.advanceTimersByTimeAsync(1000);
    f.socket.open();
    f.socket.welcome({ state: "talking", call: callView({ state: "talking" }) });
    expect(f.state()).toMatchObject({ cut: false, call: { state: "talking" } });
  });

  it("leaves the sound alone when only the pages were away", async () => {
    // R14
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.socket.fall();
    await vi.advanceTimersByTimeAsync(1000);
    f.socket.open();
    f.socket.welcome({ state: "talking", connected: true, call: callView({ state: "talking" }) });
    await vi.advanceTimersByTimeAsync(0);
    expect(f.socket.hear().map((m) => m.type)).not.toContain("offer");
    expect(f.state().media).toBe("up");
  });

  it("shows a call that the engine lost as cut, so that the form can be saved", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.socket.fall();
    await vi.advanceTimersByTimeAsync(1000);
    f.socket.open();
    f.socket.welcome({ state: "pause", reason: "вход", call: null });
    expect(f.state()).toMatchObject({ cut: true, call: { key: "i-1", state: "ended", outcome: "unknown" } });
  });

  it("marks a call that came back from another operator", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ returned: true }) });
    expect(f.state().call?.returned).toBe(true);
  });

  it("falls silent when another tab takes the phone, and takes it back when asked", async () => {
    const f = await atWork();
    f.socket.tell({ type: "superseded" });
    expect(f.state().link).toBe("elsewhere");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(f.sockets).toHaveLength(1);
    f.phone.takeover();
    await vi.advanceTimersByTimeAsync(0);
    f.socket.open();
    expect(f.socket.hear()).toEqual([{ type: "hello", tab: "tab-1", takeover: true }]);
    f.socket.welcome();
    expect(f.state()).toMatchObject({ link: "open", takeover: false });
  });

  it("waits before another tab until the person says where to work", () => {
    const f = fakePhone();
    f.phone.start();
    f.socket.open();
    f.socket.tell({ type: "busy_elsewhere" });
    expect(f.state().link).toBe("elsewhere");
    expect(f.socket.closed).toBe(true);
  });

  it("pings, and gives up a connection that says nothing", async () => {
    const f = await atWork();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(f.socket.said.filter((m) => m.type === "ping")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_500);
    expect(f.state().link).toBe("lost");
  });

  it("tries at once when the network is back", async () => {
    const f = await atWork();
    f.socket.fall();
    const before = f.sockets.length;
    window.dispatchEvent(new Event("online"));
    expect(f.sockets).toHaveLength(before + 1);
  });

  it("lets go of a call that another has taken meanwhile", async () => {
    // F2
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.socket.fall();
    await vi.advanceTimersByTimeAsync(1000);
    f.socket.open();
    f.socket.welcome({ state: "pause", reason: BROWSER_GONE, taken: { call: "i-1", by: "N" } });
    expect(f.state()).toMatchObject({ call: null, cut: false, taken: { by: "N" } });
    f.socket.tell({ type: "call", call: callView({ key: "i-2" }) });
    expect(f.state().taken).toBeNull();
  });

  it("keeps the form of a call that waits for another, until he takes it", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.socket.tell({ type: "call", call: callView({ state: "ended", outcome: "unknown" }) });
    f.socket.tell({ type: "taken", taken: { call: "i-1", by: "" } });
    expect(f.state()).toMatchObject({ cut: true, call: { key: "i-1", state: "ended" } });
    f.socket.tell({ type: "taken", taken: { call: "i-1", by: "N" } });
    expect(f.state()).toMatchObject({ cut: false, call: null, taken: { by: "N" } });
  });

  it("is ready again when a colleague has the caller: nothing is left to be written", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.phone.paperwork(true);
    f.socket.tell({ type: "call", call: callView({ state: "ended", outcome: "answered" }) });
    f.socket.hear();
    f.socket.tell({ type: "taken", taken: { call: "i-1", by: "N", led: true } });
    expect(f.state()).toMatchObject({ call: null, paperwork: false, taken: { led: true } });
    expect(f.socket.hear()).toEqual([expect.objectContaining({ type: "state", state: "ready" })]);
  });

  it("offers anew when the sound dies", async () => {
    const f = await atWork();
    f.sound.on.onState(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(f.socket.hear()).toEqual([{ type: "offer", sdp: "offer-2" }]);
  });

  it("goes home when the session is over", async () => {
    const f = await atWork();
    f.socket.tell({ type: "error", code: "session.ended", text: "over" });
    expect(f.state()).toMatchObject({ link: "ended", problem: { code: "session.ended" } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(f.sockets).toHaveLength(1);
  });

  it("finishes the talk before it goes home", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.socket.tell({ type: "error", code: "session.ended", text: "over" });
    expect(f.state()).toMatchObject({ link: "open", problem: { code: "session.ended" }, call: { state: "talking" } });
    f.socket.tell({ type: "call", call: callView({ state: "ended", outcome: "answered" }) });
    f.socket.tell({ type: "error", code: "session.ended", text: "over" });
    expect(f.state().link).toBe("ended");
  });

  it("doubts a microphone that nobody heard, until it is heard", async () => {
    // F4
    const f = await atWork();
    f.socket.tell({ type: "error", code: "mic.silent", text: "x" });
    expect(f.phone.snapshot().mic).toBe("quiet");
    expect(f.socket.hear()).toContainEqual(expect.objectContaining({ type: "mic", ok: false }));
    f.mic.is("ok");
    expect(f.socket.hear()).toContainEqual(expect.objectContaining({ type: "mic", ok: true }));
  });

  it("follows the sound check, which a break of the link ends", async () => {
    const f = await atWork();
    f.phone.checkSound();
    expect(f.socket.hear()).toContainEqual({ type: "echo" });
    f.socket.tell({ type: "echo", state: "says" });
    expect(f.state().echo).toBe("says");
    f.socket.fall();
    expect(f.state().echo).toBe("");
  });

  it("unmutes for the next call", async () => {
    const f = await atWork();
    f.socket.tell({ type: "call", call: callView({ state: "talking" }) });
    f.phone.mute(true);
    expect(f.sound.muted).toBe(true);
    f.socket.tell({ type: "call", call: callView({ key: "i-2" }) });
    expect(f.sound.muted).toBe(false);
  });

  it("remembers over a reload that the person was ready", async () => {
    await atWork();
    const f = fakePhone();
    f.phone.start();
    f.socket.open();
    f.socket.welcome({ state: "pause", reason: BROWSER_GONE });
    expect(f.socket.hear()).toContainEqual({ type: "state", state: "ready", reason: "" });
  });
});

describe("protocol", () => {
  it("passes over what it does not understand", () => {
    expect(parse("{")).toBeNull();
    expect(parse("7")).toBeNull();
    expect(parse('{"type":"later"}')).toBeNull();
    expect(parse('{"type":"superseded"}')).toEqual({ type: "superseded" });
  });
});

describe("backoff", () => {
  it("grows to five seconds and no further", () => {
    expect([0, 1, 2, 3, 9].map((n) => backoff(n, 0.5))).toEqual([500, 1000, 2000, 4000, 5000]);
  });
});
