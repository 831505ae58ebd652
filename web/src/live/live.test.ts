import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live, LOST_AFTER, refreshOnChange } from "./live";

class FakeSource {
  readyState = 1;
  private on = new Map<string, (e: unknown) => void>();
  addEventListener(name: string, listener: unknown) {
    this.on.set(name, listener as (e: unknown) => void);
  }
  close() {
    this.readyState = 2;
  }
  say(name: string, data?: unknown) {
    this.on.get(name)?.({ data: JSON.stringify(data) });
  }
}

describe("live link", () => {
  let opened: FakeSource[] = [];
  let link: Live;
  let stop: () => void;
  const ended = vi.fn();
  const last = () => opened.at(-1)!;
  const beat = () => last().say("beat", { time: new Date().toISOString() });

  beforeEach(() => {
    vi.useFakeTimers();
    opened = [];
    ended.mockReset();
    link = new Live(() => {
      const source = new FakeSource();
      opened.push(source);
      return source as unknown as EventSource;
    });
    stop = link.start(ended);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("is lost when no beat comes for six seconds, and says all was missed when it returns", () => {
    const told: unknown[] = [];
    link.onChange((c) => told.push(c));
    beat();
    expect(link.snapshot().state).toBe("live");
    vi.advanceTimersByTime(LOST_AFTER - 500);
    expect(link.snapshot().state).toBe("live");
    vi.advanceTimersByTime(1500);
    expect(link.snapshot().state).toBe("lost");
    beat();
    expect(link.snapshot().state).toBe("restored");
    expect(told).toEqual([{ topic: "all", id: 0 }]);
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(2000);
      beat();
    }
    expect(link.snapshot().state).toBe("live");
  });

  it("lets go of its stream on a page that is left, and takes everything anew when the page is shown again", () => {
    beat();
    const told: unknown[] = [];
    link.onChange((c) => told.push(c));
    window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    expect(last().readyState).toBe(2);
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    expect(opened).toHaveLength(2);
    beat();
    expect(told).toEqual([{ topic: "all", id: 0 }]);
    expect(link.snapshot().state).toBe("restored");
  });

  it("opens a new stream when the old one is dead without a word", () => {
    beat();
    vi.advanceTimersByTime(3 * LOST_AFTER);
    expect(opened.length).toBeGreaterThan(1);
  });

  it("asks about the session when the server refuses the stream, and tries again", () => {
    last().readyState = 2;
    last().say("error");
    expect(ended).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2500);
    expect(opened).toHaveLength(2);
  });

  it("refreshes what is concerned, and only that", () => {
    const client = new QueryClient();
    const at = (key: unknown[], meta: Record<string, unknown>) => {
      void client.prefetchQuery({ queryKey: key, queryFn: () => 1, meta });
    };
    at(["tickets"], { live: ["ticket"] });
    at(["ticket", 7], { live: ["ticket", "escalation"], id: 7 });
    at(["ticket", 8], { live: ["ticket"], id: 8 });
    at(["me"], {});
    vi.advanceTimersByTime(10);
    const stop = refreshOnChange(link, client);
    const stale = (key: unknown[]) => client.getQueryCache().find({ queryKey: key })?.state.isInvalidated;
    last().say("change", { topic: "ticket", id: 8 });
    vi.advanceTimersByTime(300);
    expect([stale(["tickets"]), stale(["ticket", 7]), stale(["ticket", 8]), stale(["me"])]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    last().say("change", { topic: "all", id: 0 });
    vi.advanceTimersByTime(300);
    expect([stale(["ticket", 7]), stale(["me"])]).toEqual([true, false]);
    stop();
  });
});
