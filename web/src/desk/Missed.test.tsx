import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { serve, showPage } from "../../test/render";
import type { MyDesk } from "../api/types";
import { fakePhone } from "../softphone/fakes";
import { PhoneContext } from "../softphone/useSoftphone";
import { NOT_TAKEN } from "../softphone/words/reasons";
import { Missed } from "./Missed";

type Ring = MyDesk["missed"][number];

const at = (time: string) => `2026-11-27T${time}:00Z`;

function ring(more: Partial<Ring>): Ring {
  return {
    key: "c-1",
    at: at("07:31"),
    why: "not_taken",
    rings: 1,
    phone: "+79000900704",
    company_name: "УК «Северный берег»",
    since: at("07:30"),
    fate: "to_call",
    by: "",
    by_at: null,
    task_id: 7,
    promise_at: at("07:41"),
    can_call: true,
    ...more,
  };
}

const refusal = { code: "task.held", detail: "Эту задачу уже взял на себя оператор: Белова А. П.", status: 409 };

function open(missed: Ring[], taken = true) {
  const desk = fakePhone();
  desk.phone.start();
  desk.socket.open();
  desk.socket.welcome({ state: "pause", reason: NOT_TAKEN });
  desk.socket.hear();
  const asked = serve({
    "GET /api/v1/desk/my": () => ({ recent: [], drafts: [], shift: {}, missed, zone: "Asia/Yekaterinburg" }),
    "POST /api/v1/desk/tasks/7/take": () =>
      taken ? { task: {} } : new Response(JSON.stringify(refusal), { status: 409 }),
  });
  showPage(
    <PhoneContext value={desk.phone}>
      <Missed />
    </PhoneContext>,
  );
  return { desk, asked, user: userEvent.setup() };
}

describe("missed rings", () => {
  it("says why, what became of each, in the hours of the place", async () => {
    open([
      ring({ rings: 2 }),
      ring({ key: "c-2", fate: "taken", by: "Белова А. П.", by_at: at("07:32"), can_call: false, task_id: null }),
      ring({
        key: "c-3",
        fate: "called_back",
        by: "Белова А. П.",
        by_at: at("07:33"),
        can_call: false,
        why: "gave_up",
      }),
      ring({ key: "c-4", by: "Белова А. П.", can_call: false, why: "declined" }),
      ring({ key: "c-5", can_call: false }),
      ring({ key: "c-6", fate: "none", phone: "", can_call: false, task_id: null, why: "phone_silent" }),
    ]);
    const rows = within(await screen.findByTestId("missed-rings")).getAllByRole("listitem");
    expect(rows.map((r) => r.textContent)).toEqual([
      expect.stringMatching(
        /12:31.*090-07-04.*не ответили вовремя, звонил у вас 2 разаперезвонить до 12:41Перезвонить$/,
      ),
      expect.stringContaining("ответили в 12:32: Белова А. П."),
      expect.stringMatching(/положил трубку, пока звонил у васперезвонили в 12:33: Белова А. П.$/),
      expect.stringMatching(/отклонилиперезванивает Белова А. П.$/),
      expect.stringMatching(/перезвон придёт вам$/),
      expect.stringMatching(/Номер скрыт.*настольный телефон не ответилперезвонить некуда$/),
    ]);
  });

  it("calls back by one key, which ends the pause", async () => {
    const { desk, asked, user } = open([ring({})]);
    await user.click(await screen.findByRole("button", { name: "Перезвонить" }));
    await waitFor(() =>
      expect(desk.socket.hear()).toContainEqual(expect.objectContaining({ type: "state", state: "ready" })),
    );
    expect(asked.filter((a) => a.key.startsWith("POST"))).toHaveLength(1);
  });

  it("says who was first, and leaves the pause alone", async () => {
    const { desk, user } = open([ring({})], false);
    await user.click(await screen.findByRole("button", { name: "Перезвонить" }));
    expect(await screen.findByText(refusal.detail)).toBeVisible();
    expect(desk.socket.hear()).not.toContainEqual(expect.objectContaining({ type: "state" }));
  });

  it("is not there when nothing was missed", async () => {
    const { asked } = open([]);
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(screen.queryByTestId("missed-rings")).toBeNull();
  });
});
