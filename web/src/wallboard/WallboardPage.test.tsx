import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { Wallboard } from "../api/types";
import { levelOf, waitTone } from "../time/tones";
import { WallboardPage } from "./WallboardPage";

const ago = (sec: number) => new Date(Date.now() - sec * 1000).toISOString();
const left = (sec: number) => ago(-sec);

function board(more: Partial<Wallboard> = {}): Wallboard {
  return {
    waiting: 0,
    urgent: 0,
    own: 0,
    slow: 0,
    longest_since: null,
    today_in_time: 0,
    today_quick: 0,
    today_all: 0,
    seats: [],
    lost: [],
    not_handed_over: [],
    due_soon: [],
    trunks: [],
    engine_alive: true,
    server_time: ago(0),
    zone: "Asia/Yekaterinburg",
    ...more,
  };
}

async function open(b: Wallboard) {
  serve({ "GET /api/v1/desk/wallboard": () => b });
  showPage(<WallboardPage />, meOf("admin"));
  await screen.findByTestId("tile-waiting");
}

const tile = (name: string) => screen.getByTestId(`tile-${name}`);

describe("wallboard", () => {
  it("is calm when nothing is owed", async () => {
    await open(board());
    for (const t of screen.getAllByTestId(/^tile-/)) expect(t).toHaveAttribute("data-tone", "");
    expect(tile("level")).toHaveTextContent("звонков ещё не было");
    expect(tile("owed")).toHaveTextContent("Все переданы");
  });

  it("counts lost calls and emergencies down, four lines and the rest as a number", async () => {
    const lost = [545, 181, 59, 30, 20].map((sec, n) => ({
      task_id: n + 1,
      called_at: ago(600 - sec),
      company_name: n === 1 ? "" : "УК «Северный квартал»",
      promise_at: left(sec + 0.9),
      is_waiting: n === 0, // on the line still
    }));
    const untaken = {
      ticket_id: 5,
      number: 5,
      address: "Белинского, 86",
      reason: "Течь",
      next_step_at: ago(30),
    };
    await open(
      board({
        lost,
        not_handed_over: [untaken],
        due_soon: [{ ticket_id: 7, number: 7, text: "Озёрная, 2: лифт", at: left(60.9) }],
      }),
    );
    expect(tile("lost")).toHaveAttribute("data-tone", "bad");
    expect(within(tile("lost")).getAllByRole("listitem")).toHaveLength(5);
    expect(tile("lost")).toHaveTextContent(/Потерянные: 4/);
    expect(tile("lost")).toHaveTextContent(/9:0\d/);
    expect(tile("lost")).toHaveTextContent("городской номер");
    expect(tile("lost")).toHaveTextContent("ждёт на линии, место сохранено");
    expect(tile("lost")).toHaveTextContent("ещё 1");
    expect(tile("owed")).toHaveTextContent("поздно");
    expect(within(tile("owed")).getByRole("link")).toHaveAttribute("href", "/journal/5");
    expect(tile("due")).toHaveAttribute("data-tone", "warn");
  });

  it("turns the longest wait by 60, 120 and 240 seconds", async () => {
    expect([59, 60, 119, 120, 239, 240].map((s) => waitTone(s * 1000))).toEqual([
      "",
      "warn",
      "warn",
      "bad",
      "bad",
      "over",
    ]);
    await open(board({ waiting: 3, urgent: 1, own: 2, longest_since: ago(75) }));
    expect(tile("longest")).toHaveAttribute("data-tone", "warn");
    expect(tile("longest")).toHaveTextContent(/1:1\d/);
    expect(tile("waiting")).toHaveTextContent("нажали «авария»: 1 · ждут диспетчеров своей компании: 2");
  });

  // F17
  it("says how many of those who wait are in the slow lane", async () => {
    await open(board({ waiting: 3, slow: 2, longest_since: ago(5) }));
    expect(tile("waiting")).toHaveTextContent("в медленной очереди: 2");
    expect(tile("waiting")).toHaveAttribute("data-tone", "");
  });

  it("never rounds the law's level up to a hundred", () => {
    expect(levelOf(999, 1000, "ru")).toBe("99,9");
    expect(levelOf(1999, 2000, "ru")).toBe("99,9");
    expect(levelOf(5, 5, "en")).toBe("100");
    expect(levelOf(0, 0, "ru")).toBeNull();
  });

  it("says that the phone part does not answer, and which line is down", async () => {
    const trunk = { text: "", since: ago(9), calls: 2, channels: 30, failed: 0, cause: "" };
    await open(
      board({
        engine_alive: false,
        trunks: [
          { ...trunk, name: "Уралсвязь", state: "up" },
          { ...trunk, name: "Город-Телеком", state: "down" },
        ],
      }),
    );
    expect(screen.getByTestId("wall-age")).toHaveTextContent("телефонная часть не отвечает");
    expect(tile("trunks")).toHaveAttribute("data-tone", "warn");
    expect(tile("trunks")).toHaveTextContent("сбой");
  });

  it("is silent until somebody clicks, then sounds once for each tile that turns red", async () => {
    let tones = 0;
    const node = () => ({ connect: (x: unknown) => x, start: () => tones++, stop: () => {}, frequency: {}, gain: {} });
    class Audio {
      currentTime = 0;
      destination = {};
      createOscillator = node;
      createGain = node;
      close = () => Promise.resolve();
    }
    vi.stubGlobal("AudioContext", Audio);
    let now = board({ urgent: 1, waiting: 1 });
    serve({ "GET /api/v1/desk/wallboard": () => now });
    const { client } = showPage(<WallboardPage />, meOf("admin"));
    const sound = await screen.findByTestId("wall-sound");
    expect(sound).toHaveAttribute("aria-pressed", "false");
    expect(tones).toBe(0);
    await userEvent.click(sound);
    expect(tones).toBe(2);
    now = board({ urgent: 1, waiting: 1, engine_alive: false });
    await client.invalidateQueries({ queryKey: ["wallboard"] });
    await waitFor(() => expect(tones).toBe(4));
    await client.invalidateQueries({ queryKey: ["wallboard"] });
    expect(tones).toBe(4);
    await userEvent.click(sound);
    expect(sound).toHaveAttribute("aria-pressed", "false");
  });
});
