import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { problem, serve, show } from "../../../test/render";
import { callView, fakePhone } from "../../softphone/fakes";
import type { CallView, TransferView } from "../../softphone/protocol";
import { PhoneContext } from "../../softphone/useSoftphone";
import type { Competent } from "./api";
import { TransferDialog } from "./TransferDialog";

/** Not today: then the hour alone would be said. */
const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);

const person = (change: Partial<Competent>): Competent => ({
  id: 1,
  name: "Орлова А. П.",
  position: "бухгалтер",
  subject: "начисления",
  fits: true,
  is_open: true,
  why: "",
  until: "2026-11-24T13:00:00Z",
  ...change,
});

const people = [
  person({}),
  person({ id: 2, name: "Юрист", subject: "договоры", fits: false }),
  person({
    id: 3,
    name: "Паспортист",
    subject: "справки",
    is_open: false,
    why: "hours",
    until: `${inTwoDays}T04:00:00Z`,
  }),
];

function open(call: Partial<CallView> = {}, at_once = false, more: Parameters<typeof serve>[0] = {}) {
  const asked = serve({
    "GET /api/v1/desk/calls/i-1/competents": () => ({ items: people, at_once, zone: "Asia/Yekaterinburg" }),
    ...more,
  });
  const desk = fakePhone();
  desk.phone.start();
  desk.socket.open();
  desk.socket.welcome({ state: "talking", call: callView({ state: "talking", ...call }) });
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

  it("shows the short numbers to who speaks by the telephone on his desk", async () => {
    const { desk } = open();
    await screen.findByTestId("competent-1");
    expect(screen.queryByText(/с телефона/)).not.toBeInTheDocument();
    act(() => desk.socket.tell({ type: "phone", phone: { registered: true, device: "phone" } }));
    expect(screen.getByText(/с телефона: 2/)).toBeVisible();
  });
});
