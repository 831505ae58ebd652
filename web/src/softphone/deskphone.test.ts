import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callView, fakePhone } from "./fakes";

const since = "2026-11-24T09:31:00Z";

/** An operator with a telephone on his desk, on a break, without a microphone. */
function atDesk(registered = true) {
  const f = fakePhone("denied");
  f.phone.start();
  f.socket.open();
  f.socket.welcome({ state: "pause", reason: "lunch", phone: { registered, device: "browser" } });
  f.socket.hear();
  return f;
}

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe("a telephone on the desk", () => {
  it("lets a person be ready without a microphone, and rings itself", () => {
    const f = atDesk();
    f.phone.ready();
    expect(f.socket.hear()).toEqual([]);
    f.phone.by("phone");
    f.phone.ready();
    expect(f.socket.hear()).toEqual([{ type: "state", state: "ready", reason: "", device: "phone" }]);
    f.socket.tell({ type: "phone", phone: { registered: true, device: "phone" } });
    f.socket.tell({ type: "state", state: "ready", since });
    f.socket.tell({ type: "call", call: callView() });
    expect(f.ring.ringing).toBe(false);
  });

  it("is chosen again after a reload, and waited for", () => {
    atDesk().phone.by("phone");
    const f = atDesk(false);
    f.phone.ready();
    f.socket.hear();
    f.socket.tell({ type: "error", code: "phone.away", text: "away" });
    expect(f.socket.hear()).toEqual([]);
    f.socket.tell({ type: "phone", phone: { registered: true, device: "browser" } });
    expect(f.socket.hear()).toEqual([{ type: "state", state: "ready", reason: "", device: "phone" }]);
  });

  it("is changed for the browser while waiting for a call", () => {
    const f = atDesk();
    f.phone.by("phone");
    f.socket.tell({ type: "state", state: "ready", since });
    f.phone.by("browser");
    expect(f.socket.hear()).toEqual([{ type: "state", state: "ready", reason: "", device: "browser" }]);
  });
});
