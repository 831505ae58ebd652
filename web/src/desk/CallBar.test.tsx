import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { show } from "../../test/render";
import { callView, fakePhone } from "../softphone/fakes";
import { PhoneContext } from "../softphone/useSoftphone";
import { JUST_IN, NOT_TAKEN } from "../softphone/words/reasons";
import { CallBar } from "./CallBar";

type Desk = ReturnType<typeof fakePhone>;

function Bar({ desk, settled }: { desk: Desk; settled: boolean }) {
  const [pause, setPause] = useState(false);
  const [keypad, setKeypad] = useState(false);
  return (
    <PhoneContext value={desk.phone}>
      <CallBar
        subject={null}
        sub={null}
        settled={settled}
        pauseOpen={pause}
        onPauseOpen={setPause}
        keypadOpen={keypad}
        onKeypadOpen={setKeypad}
        onReady={() => desk.phone.ready()}
        onHangUp={() => desk.phone.hangup()}
        onTransfer={() => undefined}
      />
    </PhoneContext>
  );
}

function open(change: Parameters<Desk["socket"]["welcome"]>[0], settled = true) {
  const desk = fakePhone();
  desk.phone.start();
  desk.socket.open();
  desk.socket.welcome(change);
  desk.socket.hear();
  show(<Bar desk={desk} settled={settled} />);
  return { desk, user: userEvent.setup() };
}

describe("call bar", () => {
  it("takes a pause by the digit of its reason", async () => {
    const { desk, user } = open({ state: "ready" });
    await user.click(screen.getByTestId("state-pause"));
    const item = await screen.findByTestId("pause-2");
    await waitFor(() => expect(item.closest("[role=menu]")).toContainElement(document.activeElement as HTMLElement));
    await user.keyboard("2");
    expect(desk.socket.hear()).toContainEqual({ type: "state", state: "pause", reason: "Обед" });
  });

  it("says that the connection is bad and what to do, by the keyboard too", async () => {
    const { desk, user } = open({ state: "talking", call: callView({ state: "talking" }) });
    desk.sound.reading = { received: 100, lost: 0, jitterMs: 5, rttMs: 40, farLoss: null };
    act(() => desk.socket.tell({ type: "sdp_answer", sdp: "answer" }));
    await waitFor(() => expect(desk.state().media).toBe("up"));
    desk.sound.reading = { received: 190, lost: 10, jitterMs: 5, rttMs: 40, farLoss: null };
    const sign = await screen.findByRole("button", { name: "Связь плохая" }, { timeout: 4000 });
    sign.focus();
    await user.keyboard("{Enter}");
    expect(await screen.findByText(/Подключите кабель/)).toBeVisible();
    expect(screen.getByText(/теряется 10 % звука · дрожание 5 мс/)).toBeInTheDocument();
    await user.keyboard("{F9}"); // what the desk opens by its keys is not covered
    await waitFor(() => expect(screen.queryByText(/Подключите кабель/)).not.toBeInTheDocument());
  });

  it("says in words why nobody calls, and gives the way back", () => {
    const { desk } = open({ state: "pause", reason: JUST_IN });
    expect(screen.getByRole("status")).toHaveTextContent("Нажмите «Готов», чтобы принимать звонки");
    expect(screen.queryByText(JUST_IN)).not.toBeInTheDocument();
    expect(screen.getByTestId("state-ready")).toBeEnabled();
    act(() => desk.socket.tell({ type: "state", state: "pause", since: new Date().toISOString(), reason: NOT_TAKEN }));
    expect(screen.getByRole("status")).toHaveTextContent("Звонок не принят");
  });

  it("offers a pause beside «Готов» while a call is written up", () => {
    open({ state: "wrap_up" });
    expect(screen.getByTestId("state-pause")).toBeInTheDocument();
    expect(screen.getByTestId("state-ready")).toBeInTheDocument();
  });

  it("makes «Завершить» the next action when all is said, and not before", () => {
    const call = callView({ state: "talking" });
    open({ state: "talking", call }, true);
    expect(screen.getByTestId("hangup")).toHaveClass("btn-primary");
    open({ state: "talking", call }, false);
    expect(screen.getAllByTestId("hangup")[1]).not.toHaveClass("btn-primary");
  });

  it("sends calls to the telephone on the desk, and says to pick it up", async () => {
    const { desk, user } = open({ state: "pause", reason: JUST_IN, phone: { registered: true, device: "browser" } });
    await user.click(screen.getByRole("radio", { name: "На настольный телефон" }));
    await user.click(screen.getByTestId("state-ready"));
    expect(desk.socket.hear()).toContainEqual({ type: "state", state: "ready", reason: "", device: "phone" });
    act(() => {
      desk.socket.tell({ type: "phone", phone: { registered: true, device: "phone" } });
      desk.socket.tell({ type: "state", state: "ready", since: new Date().toISOString() });
    });
    expect(screen.getByText("Звонок придёт на настольный телефон")).toBeVisible();
    act(() => desk.socket.tell({ type: "call", call: callView() }));
    expect(screen.getByText(/Снимите трубку/)).toBeVisible();
    expect(screen.getByTestId("answer")).toBeDisabled();
    expect(screen.getByTestId("hangup")).toBeEnabled();
  });

  it("sends digits of the keyboard into the talk while the keypad is open, and to nothing else", async () => {
    const { desk, user } = open({ state: "talking", call: callView({ state: "talking" }) });
    const elsewhere = vi.fn();
    window.addEventListener("keydown", elsewhere);
    await user.click(screen.getByTestId("keypad"));
    const pad = await screen.findByRole("group", { name: "Набор тоном" });
    await waitFor(() => expect(pad).toContainElement(document.activeElement as HTMLElement));
    await user.keyboard("5#");
    const sent = desk.socket.hear();
    expect(sent).toContainEqual(expect.objectContaining({ type: "digit", digit: "5" }));
    expect(sent).toContainEqual(expect.objectContaining({ type: "digit", digit: "#" }));
    expect(elsewhere.mock.calls.flat().filter((e: KeyboardEvent) => "5#".includes(e.key))).toEqual([]);
    window.removeEventListener("keydown", elsewhere);
  });

  it("counts a talk from its beginning, whatever was held, and a hold by itself", () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
    const talk = { talk_since: ago(125) };
    const { desk } = open({ state: "talking", call: callView({ state: "talking", since: ago(125), ...talk }) });
    expect(screen.getByTestId("call-timer")).toHaveTextContent(/^2:0[4-9]$/);
    act(() => desk.socket.tell({ type: "call", call: callView({ state: "held", since: ago(30), ...talk }) }));
    expect(screen.getByTestId("call-timer")).toHaveTextContent(/^0:(29|3\d)$/);
    act(() => desk.socket.tell({ type: "call", call: callView({ state: "talking", since: ago(0), ...talk }) }));
    expect(screen.getByTestId("call-timer")).toHaveTextContent(/^2:0[4-9]$/);
    expect(screen.getByText("2 минуты")).toBeInTheDocument();
  });

  it("says that the microphone is off, as long as it is", async () => {
    const { user } = open({ state: "talking", call: callView({ state: "talking" }) });
    expect(screen.queryByText("Микрофон выключен")).not.toBeInTheDocument();
    await user.click(screen.getByTestId("mute"));
    expect(screen.getByText("Микрофон выключен")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: /Включить звук/ }));
    expect(screen.queryByText("Микрофон выключен")).not.toBeInTheDocument();
  });

  it("has no choice for who has no telephone", () => {
    open({ state: "pause", reason: JUST_IN, phone: { registered: false, device: "browser" } });
    expect(screen.queryByTestId("device")).not.toBeInTheDocument();
  });
});
