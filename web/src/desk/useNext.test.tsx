import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { serve, show } from "../../test/render";
import type { CallState } from "../softphone/protocol";
import { useCallWork } from "./useCallWork";
import { useNext } from "./useNext";

function open(settled: boolean) {
  const ready = vi.fn();
  const hook = renderHook(({ state }: { state: CallState }) => useNext("c-1", state, settled, ready), {
    initialProps: { state: "talking" },
  });
  return { ready, hook };
}

it("remembers F2 pressed between the hang-up and the engine's word", () => {
  const { ready, hook } = open(true);
  act(() => hook.result.current[0]());
  act(() => hook.result.current[1]());
  expect(ready).not.toHaveBeenCalled();
  hook.rerender({ state: "ended" });
  expect(ready).toHaveBeenCalledTimes(1);
});

it("does not take F2 in a talk, nor of a call without a result, for the next call", () => {
  for (const settled of [true, false]) {
    const { ready, hook } = open(settled);
    if (!settled) act(() => hook.result.current[0]());
    act(() => hook.result.current[1]());
    hook.rerender({ state: "ended" });
    expect(ready).not.toHaveBeenCalled();
  }
});

function Asks({ written }: { written: boolean }) {
  useCallWork("n-1", "+79120004127", false, written);
  return null;
}

it("asks for a call only when the journal knows it", async () => {
  const asked = serve({});
  show(<Asks written={false} />);
  await act(async () => Promise.resolve());
  expect(asked).toEqual([]);
  show(<Asks written />);
  await waitFor(() => expect(asked.map((a) => a.key)).toContain("GET /api/v1/desk/calls/n-1"));
});
