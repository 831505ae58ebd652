import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { Me } from "../api/types";
import { fakePhone } from "../softphone/fakes";
import { PhoneContext } from "../softphone/useSoftphone";
import { Calls } from "./Calls";

const now = new Date().toISOString();
const talk = {
  key: "c-1",
  phone: "+79000900042",
  company_name: "УК «Заречье»",
  company_id: 1,
  house: "",
  building_id: null,
  is_inbound: true,
  purpose: "",
  ticket_id: null,
  state: "talking",
  started_at: now,
  since: now,
  operator_id: 1,
  operator: "Миронова О. Л.",
  trunk: "",
  is_urgent: false,
  is_own: false,
  is_overflow: false,
  is_repeated: false,
  is_slow: false,
};

function page(rights: Me["permissions"]) {
  const me = meOf("admin");
  const f = fakePhone();
  serve({ "GET /api/v1/desk/live-calls": () => ({ items: [talk], all: 1, server_time: now }) });
  showPage(
    <PhoneContext value={f.phone}>
      <Calls />
    </PhoneContext>,
    { ...me, permissions: rights },
  );
  return f;
}

describe("hearing a talk", () => {
  it("is for whoever has the right", async () => {
    page(["desk.supervise"]);
    await screen.findByTestId("call-c-1");
    expect(screen.queryByRole("button", { name: "Слушать" })).toBeNull();
  });

  it("starts with listening and goes on by the keys 1, 2, 3 and Esc", async () => {
    const f = page(["desk.supervise", "desk.listen"]);
    await userEvent.click(await screen.findByRole("button", { name: "Слушать" }));
    act(() => {
      f.socket.open();
      f.socket.tell({
        type: "welcome",
        operator: { id: 3, name: "Старший" },
        state: "pause",
        state_since: now,
        server_time: now,
        call: null,
      });
      f.socket.tell({ type: "media", connected: true });
    });
    await waitFor(() => expect(f.socket.said).toContainEqual({ type: "watch", call: "c-1", mode: "listen" }));
    act(() => f.socket.tell({ type: "watching", watch: { call: "c-1", mode: "listen" } }));
    const bar = await screen.findByTestId("watch-bar");
    expect(bar).toHaveTextContent("Вы слушаете, вас не слышат Миронова О. Л.");
    await userEvent.keyboard("2");
    expect(f.socket.said).toContainEqual({ type: "watch", call: "c-1", mode: "whisper" });
    act(() => f.socket.tell({ type: "watching", watch: { call: "c-1", mode: "whisper" } }));
    expect(bar).toHaveTextContent("Вас слышит только оператор");
    await userEvent.keyboard("{Escape}");
    expect(f.socket.said).toContainEqual({ type: "unwatch" });
    act(() => f.socket.tell({ type: "watching", watch: { call: "", mode: "" } }));
    await waitFor(() => expect(screen.queryByTestId("watch-bar")).toBeNull());
  });
});
