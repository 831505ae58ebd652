import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { belinsky, leak } from "../../test/fixtures";
import { serve, show } from "../../test/render";
import type { KnownAddress } from "../api/types";
import { callView } from "../softphone/fakes";
import { newDraft, readDraft } from "./draft";
import { RequestPane } from "./RequestPane";
import { useCallWork } from "./useCallWork";

const known: KnownAddress = {
  building_id: 86,
  company_id: 1,
  company_name: "УК «Северный квартал»",
  address: "Белинского, 86, кв. 45",
  unit: "45",
  entrance: 2,
  floor: 3,
  zone: "Asia/Yekaterinburg",
  last_confirmed_at: "2026-11-23T09:00:00Z",
  open_tickets: [],
  recent_tickets: [],
};

function Pane({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const work = useCallWork(id, "+79120004127", open);
  return (
    <>
      <button type="button" onClick={(e) => (setOpen(true), e.currentTarget.blur())}>
        take
      </button>
      <RequestPane
        call={callView({ key: id, state: open ? "talking" : "ringing" })}
        work={work}
        open={open}
        onOutcome={() => undefined}
        onSame={() => undefined}
      />
    </>
  );
}

async function take(id: string, addresses: KnownAddress[], draft: unknown = null) {
  const drafts: unknown[] = [];
  const made: unknown[] = [];
  const card = {
    call: { ...callView({ key: id }), disposition: "" },
    known: addresses,
    recent_calls: [],
    on_duty: [],
    draft,
  };
  serve({
    [`GET /api/v1/desk/calls/${id}`]: () => card,
    [`POST /api/v1/desk/calls/${id}/place`]: () => card,
    [`PUT /api/v1/desk/drafts/${id}`]: async (_: URL, r: Request) => {
      drafts.push(((await r.json()) as { body: unknown }).body);
      return { updated_at: "2026-11-24T09:32:00Z" };
    },
    "GET /api/v1/buildings/search": () => ({ items: [belinsky] }),
    "GET /api/v1/buildings/86": () => ({ units: [], open_tickets: [], door_codes: {}, info: {} }),
    "GET /api/v1/reasons/search": () => ({ items: [leak] }),
    "POST /api/v1/tickets": async (_: URL, r: Request) => {
      made.push(await r.json());
      return new Response(JSON.stringify({ status: 503, code: "away", detail: "Сервер не отвечает." }), {
        status: 503,
      });
    },
  });
  const user = userEvent.setup({ delay: null });
  show(<Pane id={id} />);
  if (addresses[0]) await screen.findByTestId("confirm-address");
  await user.click(screen.getByText("take"));
  return { user, drafts, made };
}

// Many keys on a busy machine: slow is not wrong here.
describe("request beside a call", { timeout: 30_000 }, () => {
  it("puts an unknown caller's operator into the house search when the phone is taken", async () => {
    await take("p-1", []);
    await waitFor(() => expect(screen.getByTestId("address")).toHaveFocus());
  });

  // F13
  it("takes no address by the number alone: what is not confirmed is not saved", async () => {
    const { user, made } = await take("p-13", [known]);
    expect(screen.getByTestId("confirm-address")).toBeInTheDocument();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByTestId("not-saved")).toHaveTextContent("не выбран адрес");
    expect(made).toHaveLength(0);
    await user.click(screen.getByTestId("confirm-address"));
    await waitFor(() => expect(screen.queryByTestId("confirm-address")).toBeNull());
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByTestId("not-saved")).not.toHaveTextContent("адрес");
  });

  it("goes by the keyboard: address, reason, what is still missing, answers by digits", async () => {
    const { user, made } = await take("p-2", [known]);
    await user.keyboard("{Enter}");
    const reason = screen.getByTestId("reason");
    await waitFor(() => expect(reason).toHaveFocus());
    await user.keyboard("топит");
    await screen.findByText(/найдено по «топит»/);
    await user.keyboard("{Enter}");
    const first = await screen.findByText("Потолок");
    await waitFor(() => expect(first).toHaveFocus());
    expect(screen.getByText("осталось 2 ответа")).toBeInTheDocument();

    await user.click(screen.getByLabelText("Со слов жителя"));
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByTestId("not-saved")).toHaveTextContent("не выбран ответ «Где течёт?»");
    await waitFor(() => expect(first).toHaveFocus());
    await user.keyboard("2");
    expect(screen.getByText("Стена")).toBeChecked();
    expect(screen.getByText("остался 1 ответ")).toBeInTheDocument();

    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(screen.getByTestId("not-saved")).toHaveTextContent("не записан ответ «Как давно?»");
    await waitFor(() => expect(screen.getByLabelText(/Как давно/)).toHaveFocus());
    await user.keyboard("час");
    expect(screen.getByText("Все ответы есть")).toBeInTheDocument();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(made).toHaveLength(1));
    expect(made[0]).toMatchObject({ building_id: 86, unit: "45", call_key: "p-2", caller_phone: "+7 912 000-41-27" });
    expect(made[0]).not.toHaveProperty("executor_id");
  });

  it("keeps every keystroke here at once and on the server after a moment, also when saving fails", async () => {
    const { user, drafts } = await take("p-3", [known]);
    await user.keyboard("{Enter}");
    await user.type(screen.getByLabelText("Со слов жителя"), "льёт");
    const local = readDraft(JSON.parse(localStorage.getItem("d24.draft.p-3") ?? "null"));
    expect(local?.form.description).toBe("льёт");
    expect(local?.form.place?.unit).toBe("45");
    await waitFor(() => expect(readDraft(drafts.at(-1))?.form.description).toBe("льёт"), { timeout: 3000 });
    await screen.findByText(/черновик сохранён/);
  });

  it("takes the later of two drafts: the one on this disk, which a killed browser left old, and the server's", async () => {
    const typed = (text: string) => {
      const d = newDraft("");
      return { ...d, form: { ...d.form, description: text } };
    };
    const kept = { body: typed("server"), updated_at: "2026-11-24T09:32:00Z", user_id: 1 };
    const here = (call: string, at: string) =>
      localStorage.setItem(`d24.draft.${call}`, JSON.stringify({ ...typed("here"), at: Date.parse(at) }));
    here("p-6", "2026-11-24T09:31:00Z");
    await take("p-6", [], kept);
    await waitFor(() => expect(screen.getByLabelText("Со слов жителя")).toHaveValue("server"));
    cleanup();
    here("p-7", "2026-11-24T09:33:00Z");
    const { drafts } = await take("p-7", [], kept);
    await waitFor(() => expect(readDraft(drafts.at(-1))?.form.description).toBe("here"), { timeout: 3000 });
    expect(screen.getByLabelText("Со слов жителя")).toHaveValue("here");
  });

  it("says that the caller pressed the key for emergencies, or calls again", () => {
    function Called() {
      const work = useCallWork("p-5", "+79120004127", false);
      const call = callView({ key: "p-5", state: "ringing", urgent: true, repeated: true });
      return <RequestPane call={call} work={work} open={false} onOutcome={() => undefined} onSame={() => undefined} />;
    }
    serve({
      "GET /api/v1/desk/calls/p-5": () => ({
        call: callView({ key: "p-5" }),
        known: [],
        recent_calls: [],
        on_duty: [],
      }),
    });
    show(<Called />);
    expect(screen.getByText(/Житель нажал «0»: авария/)).toBeInTheDocument();
    expect(screen.getByText(/Звонит повторно/)).toBeInTheDocument();
  });

  it("says whose the caller is in a company's own hours", () => {
    function Called({ own }: { own: boolean }) {
      const work = useCallWork("p-5", "+79120004127", false);
      const call = callView({ key: "p-5", state: "ringing", own, overflow: !own, company_name: "УК «Север»" });
      return <RequestPane call={call} work={work} open={false} onOutcome={() => undefined} onSame={() => undefined} />;
    }
    serve({
      "GET /api/v1/desk/calls/p-5": () => ({
        call: callView({ key: "p-5" }),
        known: [],
        recent_calls: [],
        on_duty: [],
      }),
    });
    show(<Called own />);
    expect(screen.getByText(/ждёт только её собственных диспетчеров/)).toBeInTheDocument();
    show(<Called own={false} />);
    expect(screen.getByText(/В свои часы компания не ответила: УК «Север»/)).toBeInTheDocument();
  });

  it("Enter on «Другой» does not confirm the address", async () => {
    const { user } = await take("p-4", [known]);
    screen.getByTestId("other-address").focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByTestId("address")).toHaveFocus());
  });
});
