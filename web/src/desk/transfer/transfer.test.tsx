import { act, cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { problem, serve, show } from "../../../test/render";
import { callView, fakePhone } from "../../softphone/fakes";
import type { CallView, Colleague, TransferView } from "../../softphone/protocol";
import { PhoneContext } from "../../softphone/useSoftphone";
import type { Competent } from "./api";
import { Guest, isGuest } from "./Guest";
import { isUnderWay, TransferDialog } from "./TransferDialog";

/** Not today: then the hour alone would be said. */
const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);

const person = (change: Partial<Competent>): Competent => ({
  id: 1,
  name: "Орлова А. П.",
  position: "бухгалтер",
  subject: "начисления",
  fits: true,
  number: "1",
  is_open: true,
  why: "",
  until: "2026-11-24T13:00:00Z",
  ...change,
});

const people = [
  person({}),
  person({ id: 2, number: "2", name: "Юрист", subject: "договоры", fits: false }),
  person({
    id: 3,
    number: "0000112",
    name: "Паспортист",
    subject: "справки",
    is_open: false,
    why: "hours",
    until: `${inTwoDays}T04:00:00Z`,
  }),
];

function open(call: Partial<CallView> = {}, at_once = false, more: Parameters<typeof serve>[0] = {}, leads = false) {
  const asked = serve({
    "GET /api/v1/desk/calls/i-1/competents": () => ({ items: people, at_once, zone: "Asia/Yekaterinburg" }),
    ...more,
  });
  const desk = fakePhone();
  desk.phone.start();
  desk.socket.open();
  desk.socket.welcome({ state: "talking", call: callView({ state: "talking", ...call }), leads });
  desk.socket.hear();
  const onClose = vi.fn();
  const draw = (change: Partial<CallView>) => (
    <PhoneContext value={desk.phone}>
      <TransferDialog call={callView({ state: "talking", ...change })} reasonId={7} onClose={onClose} />
    </PhoneContext>
  );
  show(draw(call));
  return { desk, asked, onClose, user: userEvent.setup() };
}

const way = (change: Partial<TransferView>): TransferView => ({
  person: 1,
  name: "Орлова А. П.",
  mode: "consult",
  state: "asked",
  since: "2026-11-24T07:00:00Z",
  till: "2026-11-24T07:00:25Z",
  ...change,
});

const mates: Colleague[] = [
  { id: 12, name: "Сидорова Т. Н.", state: "ready", number: "012" },
  { id: 14, name: "Петрова М. А.", state: "pause", reason: "обед", number: "014" },
];

const led = (desk: ReturnType<typeof fakePhone>) => desk.socket.hear().filter((m) => m.type === "transfer");

describe("a transfer", () => {
  it("is led by keys: the reason's person first, 1 speaks to him", async () => {
    const { desk, user, asked } = open();
    await screen.findByTestId("competent-1");
    expect(asked[0]?.url.searchParams.get("reason_id")).toBe("7");
    await user.keyboard("1");
    expect(desk.socket.hear()).toContainEqual({ type: "transfer", call: "i-1", person: 1, mode: "consult" });
    expect(screen.queryByTestId("transfer-at-once")).not.toBeInTheDocument();
    await user.keyboard("2");
    expect(led(desk)).toEqual([]);
  });

  it("goes at once only where the company lets it", async () => {
    const { desk, user } = open({}, true);
    await screen.findByTestId("competent-1");
    await user.keyboard("{ArrowDown}2");
    expect(desk.socket.hear()).toContainEqual({ type: "transfer", call: "i-1", person: 2, mode: "at_once" });
  });

  it("keeps digits from the screen behind when there is nobody to choose", async () => {
    const behind = vi.fn();
    window.addEventListener("keydown", behind);
    const { user } = open({}, false, {
      "GET /api/v1/desk/calls/i-1/competents": () => ({ items: [], at_once: false, zone: "Asia/Yekaterinburg" }),
    });
    await screen.findByText("Справочник пуст");
    screen.getByRole("dialog").querySelector("button")?.focus();
    await user.keyboard("1");
    expect(behind).not.toHaveBeenCalled();
    await user.keyboard("{F4}");
    expect(behind).toHaveBeenCalledOnce(); // keys of the call go on
    window.removeEventListener("keydown", behind);
  });

  it("takes a message for who is out of his hours, at the field when it is refused", async () => {
    const sent: unknown[] = [];
    const { user, onClose, desk } = open({}, true, {
      "POST /api/v1/desk/calls/i-1/message": async (_, request) => {
        sent.push(await request.json());
        return sent.length === 1
          ? problem(422, "message.text", "Запишите, что передать.", [])
          : { disposition: "message" };
      },
    });
    await screen.findByTestId("competent-3");
    await user.keyboard("справки");
    await waitFor(() => expect(screen.queryByTestId("competent-1")).not.toBeInTheDocument());
    const [, month, day] = inTwoDays.split("-");
    expect(screen.getByText(new RegExp(`не в свои часы, с ${day}.${month} 09:00`))).toBeInTheDocument();
    await user.keyboard("1");
    expect(led(desk)).toEqual([]);
    await user.keyboard("{Enter}");
    await user.type(await screen.findByTestId("message-text"), "Нужна справка");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText("Запишите, что передать.")).toBeInTheDocument();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(sent[1]).toEqual({ competent_id: 3, text: "Нужна справка" });
  });

  it("connects by Enter, gives the caller back by Esc", async () => {
    const { desk, user } = open({ state: "held", transfer: way({ state: "answered" }) });
    expect(await screen.findByText("На линии Орлова А. П.")).toBeInTheDocument();
    await user.keyboard("{Enter}");
    expect(desk.socket.hear()).toContainEqual({ type: "transfer_connect", call: "i-1" });
    await user.keyboard("{Escape}");
    expect(desk.socket.hear()).toContainEqual({ type: "transfer_back", call: "i-1" });
  });

  it("says what the person hears before the talk, instead of ringing on", async () => {
    const shown = open({ state: "held", transfer: way({ warned: true }) });
    expect(await screen.findByText("Орлова А. П.: ответ есть")).toBeInTheDocument();
    expect(screen.getByText("Слышит, что разговор записывается. Договорит – и говорите.")).toBeInTheDocument();
    expect(screen.queryByText(/^Звоню/)).not.toBeInTheDocument();
    await shown.user.keyboard("{Escape}");
    expect(shown.desk.socket.hear()).toContainEqual({ type: "transfer_back", call: "i-1" });
    cleanup();
    open({ state: "held", transfer: way({ warned: true, mode: "at_once" }) });
    expect(await screen.findByText(/Договорит – и звонящий с ним/)).toBeInTheDocument();
  });

  it("says why the caller is back", async () => {
    open({ transfer: way({ state: "back", why: "не отвечает" }) });
    expect(await screen.findByTestId("transfer-back")).toHaveTextContent(
      "Орлова А. П.: не отвечает. Звонящий снова с вами.",
    );
  });

  it("closes when the caller is with the person", async () => {
    const { onClose } = open({ state: "ended", transfer: way({ state: "joined" }) });
    await waitFor(() => expect(onClose).toHaveBeenCalled());
  });

  it("offers the colleagues on shift behind the company's people, who is free by keys", async () => {
    const { desk, user } = open();
    await screen.findByTestId("competent-1");
    expect(desk.socket.hear()).not.toContainEqual({ type: "colleagues", call: "i-1" }); // an engine that cannot is not asked
    act(() => desk.socket.tell({ type: "colleagues", colleagues: mates }));
    expect(screen.getAllByRole("option").map((x) => x.dataset.testid)).toEqual([
      "competent-1",
      "competent-2",
      "competent-3",
      "colleague-12",
      "colleague-14",
    ]);
    expect(screen.getByTestId("colleague-14")).toHaveTextContent("обед");
    await user.keyboard("петр");
    await user.keyboard("3");
    expect(screen.queryByTestId("message-text")).not.toBeInTheDocument();
    await user.keyboard("2");
    expect(led(desk)).toEqual([]);
    await user.keyboard("{Backspace}{Backspace}{Backspace}{Backspace}сид");
    await user.keyboard("2");
    expect(led(desk)).toEqual([{ type: "transfer", call: "i-1", operator: 12, mode: "at_once" }]);
  });

  it("asks an engine that can who is on shift", async () => {
    const { desk } = open({}, false, {}, true);
    await screen.findByTestId("competent-1");
    expect(desk.socket.hear()).toContainEqual({ type: "colleagues", call: "i-1" });
  });

  it("stays on whom he has chosen while the colleagues come and go", async () => {
    const { desk, user } = open();
    await screen.findByTestId("competent-1");
    act(() => desk.socket.tell({ type: "colleagues", colleagues: mates }));
    await user.click(screen.getByTestId("colleague-12"));
    const free = mates.map((m) => ({ ...m, state: "ready" as const }));
    act(() => desk.socket.tell({ type: "colleagues", colleagues: free.reverse() }));
    expect(screen.getByTestId("colleague-12")).toHaveAttribute("aria-selected", "true");
  });

  it("is no dialog of the colleague to whom the caller is led: he is told what to do", () => {
    const t = way({ operator: 12, person: 0, by: "Иванова О. О." });
    expect(isUnderWay(t)).toBe(false);
    const ringing = callView({ state: "ringing", transfer: t });
    expect(isGuest(ringing)).toBe(true);
    expect(isGuest({ ...ringing, state: "ended" })).toBe(false);
    show(<Guest call={ringing} />);
    expect(screen.getByTestId("guest")).toHaveTextContent("Вам переводит звонящего Иванова О. О.");
    cleanup();
    show(<Guest call={{ ...ringing, state: "talking" }} />);
    expect(screen.getByTestId("guest")).toHaveTextContent("Звонящий вас не слышит.");
  });

  it("shows the short numbers to who speaks by the telephone on his desk", async () => {
    const { desk } = open();
    await screen.findByTestId("competent-1");
    expect(screen.queryByText(/с телефона/)).not.toBeInTheDocument();
    act(() => desk.socket.tell({ type: "phone", phone: { registered: true, device: "phone" } }));
    expect(screen.getByText(/с телефона: 2/)).toBeVisible();
    expect(screen.getByText(/с телефона: 0000112/)).toBeVisible(); // as the server says: 112 is nobody's
    act(() => desk.socket.tell({ type: "colleagues", colleagues: mates }));
    expect(screen.getByText(/с телефона: 012/)).toBeVisible();
  });
});
