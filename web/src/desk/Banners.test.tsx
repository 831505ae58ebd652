import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serve, showPage } from "../../test/render";
import { callView, fakePhone } from "../softphone/fakes";
import { PhoneContext } from "../softphone/useSoftphone";
import { Banners } from "./Banners";

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => vi.useRealTimers());

function open() {
  const desk = fakePhone();
  desk.phone.start();
  desk.socket.open();
  desk.socket.welcome({ state: "talking" });
  serve({});
  showPage(
    <PhoneContext value={desk.phone}>
      <Banners />
    </PhoneContext>,
  );
  return desk;
}

describe("a hold that is forgotten", () => {
  // F19
  it("is said at two minutes and by a ring each minute, and never of a transfer", async () => {
    const desk = open();
    const rings = vi.spyOn(desk.phone, "remind");
    const at = new Date().toISOString();
    const pass = async (sec: number) => {
      for (let s = 0; s < sec; s += 5) {
        act(() => desk.socket.tell({ type: "pong", t: 0 })); // the engine lives
        await act(() => vi.advanceTimersByTimeAsync(5000));
      }
    };
    act(() => desk.socket.tell({ type: "call", call: callView({ state: "held", held_at: at }) }));
    await pass(115);
    expect(screen.queryByTestId("hold-forgotten")).toBeNull();
    expect(rings).not.toHaveBeenCalled();
    await pass(10);
    expect(screen.getByTestId("hold-forgotten")).toHaveTextContent("Собеседник на удержании уже 2 мин.");
    expect(rings).toHaveBeenCalledTimes(1);
    await pass(60);
    expect(screen.getByTestId("hold-forgotten")).toHaveTextContent("уже 3 мин.");
    expect(rings).toHaveBeenCalledTimes(2);
    act(() => desk.socket.tell({ type: "call", call: callView({ state: "talking" }) }));
    await pass(5);
    expect(screen.queryByTestId("hold-forgotten")).toBeNull();
    act(() => desk.socket.tell({ type: "call", call: callView({ state: "held" }) })); // a transfer, or an older engine
    await pass(180);
    expect(screen.queryByTestId("hold-forgotten")).toBeNull();
    expect(rings).toHaveBeenCalledTimes(2);
  });
});
