import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { serve, showPage } from "../../test/render";
import type { CallDetail, Me } from "../api/types";
import { FoldedFilters } from "./CallFilters";
import { CallCard } from "./CallTable";
import { MarkPanel } from "./MarkPanel";
import { Recordings } from "./Recordings";
import { SoundPanel } from "./SoundPanel";
import type { Mark } from "./search";
import { callQuery, readCallSearch, searchOf, viewOf, VIEWS, type View } from "./search";

const zone = "Asia/Yekaterinburg";
const mark: Mark = {
  mark: 1,
  comment: '<img src=x onerror="window.pwned = 1">',
  by_name: "<script>window.pwned = 1</script>",
  at: "2026-11-24T05:00:00Z",
  status: "open",
  appeal: "",
  appealed_at: null,
  finding: "",
  answer: "",
  answered_by: "",
  answered_at: null,
  version: 3,
  can: ["answer"],
};
const call: CallDetail = {
  id: 7,
  key: "c-7",
  company_id: 1,
  company_name: "УК",
  direction: "inbound",
  purpose: "",
  phone: "+79000900001",
  called: "+73430000101",
  line_id: 1,
  task_id: null,
  ticket_id: null,
  ticket_number: null,
  operator: { id: 5, name: "Оператор" },
  started_at: "2026-11-24T05:00:00Z",
  queued_at: null,
  answered_at: null,
  joined_at: "2026-11-24T05:00:20Z",
  ended_at: "2026-11-24T05:02:00Z",
  overflow_at: null,
  duration_ms: 100_000,
  outcome: "answered",
  is_cut: false,
  disposition: "consultation",
  disposition_note: "",
  recording_id: null,
  recording_gone_at: null,
  zone,
  wait_ms: 20_000,
  building_id: null,
  address: "",
  notice_id: null,
  subject: "Тарифы",
  employee: "",
  mark: null,
  disposition_reason_id: null,
  events: [],
  recordings: [],
  sound: [],
};

const company: Me = { ...meOf("admin"), permissions: ["call.read", "call.mark"] };
const lead: Me = { ...meOf("admin"), kind: "operator", permissions: ["call.read", "desk.work", "desk.supervise"] };

describe("the journal of calls", () => {
  it("tells no length of a talk of whom nobody answered", async () => {
    const first = showPage(<CallCard call={call} />, company);
    expect(await screen.findByRole("link")).toHaveTextContent("разговор 1:40");
    first.unmount();
    showPage(<CallCard call={{ ...call, joined_at: null, outcome: "abandoned", disposition: "lost" }} />, company);
    expect(await screen.findByRole("link")).toHaveTextContent("Не дождался");
    expect(screen.getByRole("link")).not.toHaveTextContent("разговор");
  });

  it("keeps its conditions in the URL; what is not understood is left out", () => {
    const q = {
      direction: "inbound",
      result: "lost",
      about: ["notice", "none"],
      house: "86",
      phone: "8 900",
      recorded: "true",
      from: "2026-11-24",
      to: "2026-11-24",
    };
    const read = readCallSearch(q);
    expect(read).toEqual({ ...q, house: 86, recorded: true });
    expect(readCallSearch(read)).toEqual(read);
    expect(
      readCallSearch({ direction: "?", result: 5, about: "вчера", company: "-1", mark: "x", recorded: "0" }),
    ).toEqual({});
    expect(callQuery(read, zone)).toMatchObject({
      building_id: 86,
      from: "2026-11-23T19:00:00.000Z",
      to: "2026-11-24T19:00:00.000Z",
    });
    for (const v of Object.keys(VIEWS) as View[]) expect(viewOf(searchOf(v))).toBe(v);
    expect(viewOf({ result: "lost", house: 5 })).toBeUndefined();
  });

  it("shows words of a mark as words, and the lead answers what he has read (L2, A8)", async () => {
    const asked = serve({ "POST /api/v1/calls/7/mark/answer": () => call });
    const { container } = showPage(<MarkPanel call={{ ...call, mark }} />, lead);
    expect(await screen.findByText(mark.comment)).toBeVisible();
    expect(container.querySelector("img, script")).toBeNull();
    expect(window).not.toHaveProperty("pwned");
    await userEvent.type(screen.getByRole("textbox", { name: /Ответ компании/ }), "Разобрались");
    await userEvent.click(screen.getByRole("button", { name: "Снять оценку" }));
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(await asked[0]?.request.json()).toEqual({ finding: "dismissed", text: "Разобрались", version: 3 });
  });

  it("tells the recording of a consultation from the call's own (SR2)", async () => {
    const peaks = {
      peer: [],
      ours: [],
      duration_ms: 1000,
      call_id: 7,
      ticket_id: 0,
      kept_until: "2029-11-24T05:00:00Z",
      hold: null,
      may_download: false,
      may_hold: false,
    };
    serve({ "GET /api/v1/recordings/1/peaks": () => peaks, "GET /api/v1/recordings/2/peaks": () => peaks });
    const file = (id: number, talk: number, who: string) => ({
      id,
      talk,
      with: who,
      started_at: call.started_at,
      duration_ms: 1000,
      bytes: 16058,
      state: "done" as const,
      note: "",
    });
    const both = { ...call, recordings: [file(1, 0, ""), file(2, 1, "Бухгалтер")] };
    const first = showPage(<Recordings call={both} />, { ...company, permissions: ["call.read", "recording.play"] });
    const talk = await screen.findByRole("region", { name: "Консультация перед переводом: Бухгалтер" });
    expect(within(talk).getByText("звонящий слышал музыку")).toBeVisible();
    expect(within(talk).getByText("специалист")).toBeInTheDocument(); // he is in the upper row, the subscriber hears music
    expect(within(talk).queryByText("абонент")).toBeNull();
    expect(screen.getAllByRole("region", { name: /Консультация|^Запись$/ })).toHaveLength(2);
    first.unmount();
    showPage(<Recordings call={both} />, company);
    expect(await screen.findByText("Слушать записи вам не разрешено.")).toBeVisible();
  });

  it("shows what the sound of each side was like, and nothing of a call that was not measured", async () => {
    const line = {
      side: "line",
      grade: "bad",
      heard: true,
      loss: 8.4,
      jitter_ms: 12,
      far_loss: 0,
      rtt_ms: 41.5,
    } as const;
    const operator = { ...line, side: "operator", heard: false, far_loss: null, rtt_ms: null } as const;
    const measured = showPage(<SoundPanel sound={[line, operator]} />, company);
    const panel = await screen.findByTestId("call-sound");
    expect(panel).toHaveTextContent(
      "Телефонплохоене дошло до нас 8,4 % · не дошло туда 0 % · дрожание 12 мс · туда и обратно 41,5 мс",
    );
    expect(panel).toHaveTextContent(/Операторзвука не было$/);
    measured.unmount();
    showPage(
      <>
        <SoundPanel sound={[]} />
        <i>old</i>
      </>,
      company,
    );
    expect(await screen.findByText("old")).toBeInTheDocument();
    expect(screen.queryByText("Качество связи")).not.toBeInTheDocument();
  });

  it("lets the company mark a call, and says that a bad mark is looked into (L2)", async () => {
    const asked = serve({ "PUT /api/v1/calls/7/mark": () => call });
    showPage(<MarkPanel call={call} />, company);
    await userEvent.click(await screen.findByRole("radio", { name: "Оценка 2 из 5" }));
    expect(screen.getByText(/старший смены разберёт звонок/)).toBeVisible();
    await userEvent.type(screen.getByRole("textbox", { name: /Пояснение/ }), "Перебивал");
    await userEvent.click(screen.getByRole("button", { name: "Оценить" }));
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(await asked[0]?.request.json()).toEqual({ mark: 2, comment: "Перебивал", version: 0 });
  });

  it("has no form for who may not mark (F75)", async () => {
    showPage(
      <>
        <MarkPanel call={call} />
        <p>рядом</p>
      </>,
      { ...meOf("admin"), permissions: ["call.read"] },
    );
    expect(await screen.findByText("рядом")).toBeVisible();
    expect(screen.queryByRole("radio")).toBeNull();
  });

  it("folds its conditions on a phone, and says how many are in force", async () => {
    serve({ "GET /api/v1/calls/operators": () => ({ items: [] }) });
    showPage(<FoldedFilters search={{ result: "lost", from: "2026-11-24" }} onChange={() => undefined} />);
    const fold = await screen.findByRole("button", { name: "Условия · 2" });
    expect(screen.queryByRole("search")).toBeNull();
    await userEvent.click(fold);
    expect(screen.getByRole("search")).toBeVisible();
    expect(fold).toHaveAttribute("aria-expanded", "true");
  });
});
