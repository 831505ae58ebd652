import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ticketCard } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import type { Action, TicketCard } from "../api/types";
import { setServerTime } from "../time/clock";
import { Actions } from "./Actions";
import { MoveDialog } from "./MoveDialog";
import { buttonsOf, checkMove, thumbsOf, type Asking } from "./moves";

/** Pastes: a key at a time through a growing field is slow in jsdom and shows nothing more. */
async function put(user: ReturnType<typeof userEvent.setup>, field: HTMLElement, text: string) {
  await user.click(field);
  await user.paste(text);
}

const can = (...list: Action[]): Pick<TicketCard, "can"> => ({ can: list });

describe("buttons of a card", () => {
  it("are what the server allows, the next thing to do first", () => {
    expect(buttonsOf(can("comment"))).toEqual({ main: null, rest: [] });
    expect(buttonsOf(can("cancel", "done", "accept", "start", "comment"))).toEqual({
      main: "accept",
      rest: ["start", "done", "cancel"],
    });
    expect(buttonsOf(can("reopen", "close", "comment"))).toEqual({ main: "close", rest: ["reopen"] });
  });

  it("under the thumb: «Принять» becomes «Выполнено» in the same place", () => {
    expect(thumbsOf(can("accept", "start", "postpone", "done", "refuse"))).toEqual({
      main: "accept",
      rest: ["postpone", "refuse"],
    });
    expect(thumbsOf(can("start", "postpone", "done"))).toEqual({ main: "done", rest: ["start", "postpone"] });
    expect(thumbsOf(can("postpone", "done"))).toEqual({ main: "done", rest: ["postpone"] });
  });
});

describe("what a move must have", () => {
  const zone = "Asia/Yekaterinburg";
  const now = Date.parse("2026-11-26T06:00:00Z"); // 11:00 there
  const form = { reason: "нет ключа", date: "2026-11-26", time: "11:30", comment: "" };

  it("is a reason where the rules ask for one", () => {
    for (const action of ["postpone", "cancel", "reopen", "refuse"] as const) {
      expect(checkMove(action, { ...form, reason: "  " }, zone, now)).toHaveProperty("reason");
      expect(checkMove(action, form, zone, now)).toEqual({});
    }
    for (const action of ["done", "close"] as const) {
      expect(checkMove(action, { ...form, reason: "" }, zone, now)).toEqual({});
    }
  });

  it("is a moment in the future by the clock of the house", () => {
    expect(checkMove("postpone", { ...form, time: "10:59" }, zone, now)).toEqual({ until: true });
    expect(checkMove("postpone", { ...form, date: "" }, zone, now)).toEqual({ until: true });
  });
});

describe("the dialog of a move", { timeout: 30_000 }, () => {
  const move = "POST /api/v1/tickets/7/move";
  const ask = (action: Asking, more: Partial<TicketCard> = {}) => {
    const onDone = vi.fn();
    const ticket = { ...ticketCard, can: [action, "comment"] as Action[], ...more };
    showPage(<MoveDialog ticket={ticket} action={action} onClose={vi.fn()} onDone={onDone} />);
    return onDone;
  };
  beforeEach(() => setServerTime(new Date().toISOString()));

  it("asks for the reason at its field, and sends the version it saw", async () => {
    const asked = serve({ [move]: () => ({ ...ticketCard, status: "cancelled" }) });
    const onDone = ask("cancel");
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: /Отклонить/ }));
    await screen.findByText("Напишите причину");
    expect(asked).toEqual([]);
    await put(user, screen.getByLabelText(/Причина/), "двойная");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(onDone).toHaveBeenCalledWith("cancel"));
    expect(await asked[0]?.request.json()).toEqual({ to: "cancelled", version: 3, reason: "двойная" });
  });

  it("offers the company's reasons of deferral, those of the archive not", async () => {
    const row = { colour: "blue", position: 1, version: 1 };
    const asked = serve({
      [move]: () => ticketCard,
      "GET /api/v1/postpone-reasons": () => ({
        items: [
          { ...row, id: 1, name: "Ждём материал", is_archived: false },
          { ...row, id: 2, name: "Старая", is_archived: true },
        ],
      }),
    });
    const onDone = ask("postpone");
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: "Ждём материал" }));
    expect(screen.queryByRole("button", { name: "Старая" })).toBeNull();
    await user.click(screen.getByRole("button", { name: /Отложить/ }));
    await waitFor(() => expect(onDone).toHaveBeenCalled());
    const sent = asked.find((a) => a.key === move)?.request;
    expect(await sent?.json()).toMatchObject({ to: "postponed", reason: "Ждём материал" });
  });

  it("defers until a day of the house", async () => {
    const asked = serve({ [move]: () => ticketCard });
    const onDone = ask("postpone");
    const user = userEvent.setup({ delay: null });
    await put(user, await screen.findByLabelText(/Причина/), "ждём запчасть");
    await user.click(screen.getByRole("button", { name: /Отложить/ }));
    await waitFor(() => expect(onDone).toHaveBeenCalled());
    const sent = (await asked.find((a) => a.key === move)?.request.json()) as { until: string };
    expect(Date.parse(sent.until)).toBeGreaterThan(Date.now());
    expect(sent).toMatchObject({ to: "postponed", reason: "ждём запчасть" });
  });

  it("keeps the text when somebody was first, and says so", async () => {
    serve({ [move]: () => problem(409, "ticket.changed", "Заявку № 31 уже изменили.") });
    const onDone = ask("done");
    const user = userEvent.setup({ delay: null });
    const words = await screen.findByLabelText(/Комментарий/);
    await put(user, words, "кран заменён");
    await user.click(screen.getByRole("button", { name: /Выполнено/ }));
    await screen.findByText(/Заявку изменил другой/);
    expect(words).toHaveValue("кран заменён");
    expect(onDone).not.toHaveBeenCalled();
  });

  it("a refusal is sent as a refusal, with its reason", async () => {
    const asked = serve({ "POST /api/v1/tickets/7/refuse": () => new Response(null, { status: 204 }) });
    const onDone = ask("refuse");
    const user = userEvent.setup({ delay: null });
    await put(user, await screen.findByLabelText(/Причина/), "болен");
    await user.click(screen.getByRole("button", { name: /Не могу принять/ }));
    await waitFor(() => expect(onDone).toHaveBeenCalledWith("refuse"));
    expect(await asked[0]?.request.json()).toEqual({ reason: "болен", version: 3 });
  });
});

describe("the row of actions", () => {
  it("shows nothing to who may nothing", () => {
    showPage(<Actions ticket={{ ...ticketCard, can: [] }} />);
    expect(screen.queryAllByRole("button")).toEqual([]);
  });

  it("accepts at once and says who was first", async () => {
    const asked = serve({
      "POST /api/v1/tickets/7/accept": () => problem(409, "ticket.taken", "Заявку уже взял Хасанов Т. Р."),
    });
    showPage(<Actions ticket={{ ...ticketCard, can: ["accept", "refuse"] }} />);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByRole("button", { name: "Принять" }));
    await screen.findByText(/Заявку уже взял Хасанов/);
    expect(asked.filter((a) => a.key.startsWith("POST"))).toHaveLength(1);
  });
});
