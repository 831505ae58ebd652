import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { problem, serve, show } from "../../test/render";
import { Signed } from "../../test/signed";
import type { Card, Row } from "./api";
import { byCategory, dayOf, emptyBody, filtered, monthDay, moved, tabOf } from "./draft";
import { Editor } from "./Editor";
import { readReasonsSearch } from "./search";
import { TestBox } from "./TestBox";

const me = {
  user: { id: 1, name: "Миронова О. В.", login: "admin" },
  kind: "company",
  company: { id: 3, name: "УК «Северный берег»", zone: "Asia/Yekaterinburg" },
  companies: [],
  permissions: ["reason.read", "reason.write"],
  member_id: null,
  server_time: "2026-11-26T03:00:00Z",
  zone: "Asia/Yekaterinburg",
};

const card: Card = {
  ...emptyBody("Водоснабжение"),
  id: 5,
  company_id: 3,
  code: "ВС-01",
  name: "Прорыв трубы",
  kind: "emergency",
  work_type_id: 1,
  is_own: false,
  warnings: [],
  running: 0,
  is_archived: false,
  version: 4,
  reference: "",
  differs: ["name"],
  base: { ...emptyBody("Водоснабжение"), name: "Прорыв трубы или стояка" },
  weighed: [],
  questions: [
    { id: 1, text: "Вода холодная?", type: "yes_no", options: [], required: true },
    { id: 2, text: "Где льёт?", type: "text", options: [], required: false },
    { id: 3, text: "Сколько градусов?", type: "number", options: [], required: false, fact: "temperature" },
  ],
};

const weighed = (warning: string) => ({
  items: [
    { stage: "accept", text: "10 минут", law: "", reference: "", variants: [], warning: "", due: null },
    {
      stage: "localise",
      text: "45 минут",
      law: "30 минут",
      reference: "ПП 416 п. 13",
      variants: [],
      warning,
      due: "2026-11-26T03:45:00Z",
    },
    {
      stage: "finish",
      text: "72 часа",
      law: "72 часа",
      reference: "ПП 416 п. 13",
      variants: ["4 часа: в квартире ниже 10 °C"],
      warning: "",
      due: null,
    },
  ],
});

const usual = {
  "GET /api/v1/me": () => me,
  "GET /api/v1/work-types": () => ({ items: [{ id: 1, name: "сантехника" }] }),
  "GET /api/v1/supplier-kinds": () => ({ items: [] }),
  "GET /api/v1/suppliers": () => ({ items: [] }),
  "POST /api/v1/reasons/limits": () => weighed(""),
};

function start(more: Parameters<typeof serve>[0] = {}, of: Card = card, canWrite = true) {
  const asked = serve({ ...usual, ...more });
  const onSaved = vi.fn();
  const onReload = vi.fn();
  show(
    <Signed me={me}>
      <Editor
        card={of}
        categories={["Водоснабжение"]}
        canWrite={canWrite}
        onDirty={() => undefined}
        onSaved={onSaved}
        onReload={onReload}
      />
    </Signed>,
  );
  return { asked, onSaved, onReload, user: userEvent.setup() };
}

const sent = async (asked: ReturnType<typeof serve>, key: string) => {
  await waitFor(() => expect(asked.some((a) => a.key === key)).toBe(true));
  return asked.find((a) => a.key === key)!.request.json();
};

describe("the editor of a reason", () => {
  it("puts questions in order and sends them with the version that was seen", async () => {
    const { asked, user } = start({ "PUT /api/v1/reasons/5": () => ({ ...card, version: 5 }) });
    await user.click(screen.getByRole("tab", { name: "Вопросы" }));
    expect(screen.getByRole("button", { name: "Поднять вопрос 1" })).toBeDisabled();
    expect(screen.getByRole("button", { name: "Опустить вопрос 3" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Поднять вопрос 3" }));
    await user.click(screen.getByRole("button", { name: "Добавить вопрос" }));
    await user.click(screen.getByLabelText("Вопрос 4"));
    await user.paste("Есть ли кран?");
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    const body = await sent(asked, "PUT /api/v1/reasons/5");
    expect(body.questions.map((q: { id: number }) => q.id)).toEqual([1, 3, 2, 0]);
    expect(body.questions[3]).toEqual({ id: 0, text: "Есть ли кран?", type: "text", options: [], required: false });
    expect(body.version).toBe(4);
  });

  it("says where a limit is laxer than the law, with the act and its value, and still lets it be saved", async () => {
    const { asked, user } = start({
      "POST /api/v1/reasons/limits": async (_: URL, r: Request) => {
        const body = await r.clone().json();
        return weighed(body.rules.localise.base.amount > 30 ? "мягче закона: ПП 416 п. 13 – 30 минут" : "");
      },
      "PUT /api/v1/reasons/5": () => ({ ...card, version: 5 }),
    });
    await user.click(screen.getByRole("tab", { name: "Сроки" }));
    const localise = await screen.findByRole("region", { name: "Локализовать" });
    await within(localise).findByText(/По закону: 30 минут \(ПП 416 п. 13\)/);
    expect(screen.queryByText(/мягче закона/)).toBeNull();
    const amount = within(localise).getByLabelText("Локализовать: срок");
    await user.clear(amount);
    await user.type(amount, "45");
    expect(await within(localise).findByRole("status")).toHaveTextContent("Срок мягче закона: ПП 416 п. 13 – 30 минут");
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    const body = await sent(asked, "PUT /api/v1/reasons/5");
    expect(body.rules.localise.base).toEqual({ amount: 45, unit: "minutes" });
  });

  it("shows an error at its field, on the tab where the field is, and keeps what was typed", async () => {
    const { user, onSaved } = start({
      "PUT /api/v1/reasons/5": () =>
        problem(422, "reason.wrong", "Причина не сохранена: исправьте отмеченное.", [
          { location: "body.questions[1].text", message: "не длиннее 200 знаков" },
        ]),
    });
    await user.type(screen.getByRole("textbox", { name: /^Название/ }), "!");
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("не длиннее 200 знаков")).toBeVisible();
    expect(screen.getByLabelText("Вопрос 2")).toHaveAttribute("aria-invalid", "true");
    expect(screen.getByRole("tab", { name: /Вопросы.*есть ошибка/ })).toHaveAttribute("aria-selected", "true");
    await user.click(screen.getByRole("tab", { name: "Общее" }));
    expect(screen.getByRole("textbox", { name: /^Название/ })).toHaveValue("Прорыв трубы!");
    expect(onSaved).not.toHaveBeenCalled();
  });

  it("says that somebody was first and offers to look", async () => {
    const { user, onReload } = start({
      "PUT /api/v1/reasons/5": () => problem(409, "reason.changed", "Причину «Прорыв трубы» только что изменили."),
    });
    await user.type(screen.getByRole("textbox", { name: /^Название/ }), "!");
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText(/только что изменили/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Показать, что изменилось" }));
    expect(onReload).toHaveBeenCalled();
  });

  it("gives one field back to the base", async () => {
    const { asked, user, onSaved } = start({
      "POST /api/v1/reasons/5/return": () => ({ ...card, differs: [], version: 5 }),
    });
    expect(screen.getByText("В основе: Прорыв трубы или стояка")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Вернуть к основе: название" }));
    expect(await sent(asked, "POST /api/v1/reasons/5/return")).toEqual({ version: 4, fields: ["name"] });
    await waitFor(() => expect(onSaved).toHaveBeenCalled());
  });

  it("names open requests before a reason is archived, and archives when told again", async () => {
    const { asked, user, onSaved } = start({
      "POST /api/v1/reasons/5/archive": async (_: URL, r: Request) => {
        const body = await r.clone().json();
        return body.sure
          ? { ...card, is_archived: true, version: 5 }
          : problem(409, "reason.in_use", "По этой причине в работе заявки: № 12, Озёрная, 2.");
      },
    });
    await user.click(screen.getByRole("button", { name: "В архив" }));
    expect(await screen.findByText(/№ 12, Озёрная, 2/)).toBeVisible();
    expect(onSaved).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Всё равно в архив" }));
    await waitFor(() => expect(onSaved).toHaveBeenCalled());
    expect(await asked.at(-1)!.request.json()).toEqual({ version: 4, archived: true, sure: true });
  });

  it("asks a consultation for its answer and shows no limits for it", async () => {
    const { user } = start({}, { ...card, kind: "consultation", answer: "Часы приёма на стенде." });
    expect(screen.getByRole("textbox", { name: /Что ответить/ })).toHaveValue("Часы приёма на стенде.");
    await user.click(screen.getByRole("tab", { name: "Сроки" }));
    expect(screen.getByText(/сроков у неё нет/)).toBeVisible();
  });

  it("is only read by who may not change it", () => {
    start({}, card, false);
    expect(screen.queryByRole("button", { name: "Сохранить" })).toBeNull();
    expect(screen.queryByRole("button", { name: /Вернуть к основе/ })).toBeNull();
    expect(screen.getByRole("textbox", { name: /^Название/ })).toBeDisabled();
  });
});

describe("the box to try words", () => {
  it("shows the order, the score and the word matched; Enter opens the best", async () => {
    const hit = (id: number, name: string, by: string, score: number) => ({ ...card, id, name, found_by: by, score });
    serve({
      ...usual,
      "GET /api/v1/reasons/search": () => ({
        items: [hit(7, "Топит сверху", "топит", 1), hit(8, "Вода в подвале", "подвал топит", 0.78)],
      }),
    });
    const onPick = vi.fn();
    show(
      <Signed me={me}>
        <TestBox onPick={onPick} />
      </Signed>,
    );
    const user = userEvent.setup();
    await user.type(screen.getByRole("textbox", { name: "Что говорит житель" }), "топит");
    const rows = await screen.findAllByRole("listitem");
    expect(rows.map((r) => r.textContent)).toEqual([
      expect.stringMatching(/^100 %.*Топит сверхупо «топит» · выберет оператор$/),
      expect.stringMatching(/^78 %.*Вода в подвалепо «подвал топит»$/),
    ]);
    await user.keyboard("{Enter}");
    expect(onPick).toHaveBeenCalledWith(7);
  });
});

describe("the tree", () => {
  const row = (id: number, part: Partial<Row>): Row => ({
    id,
    code: `К-${id}`,
    category: "Вода",
    name: `Причина ${id}`,
    kind: "planned",
    is_own: false,
    is_archived: false,
    is_laxer: false,
    differs: [],
    synonyms: [],
    version: 1,
    ...part,
  });
  const rows = [
    row(1, { synonyms: ["льёт"] }),
    row(2, { is_own: true, category: "Двор" }),
    row(3, { differs: ["name"], is_laxer: true }),
    row(4, { is_archived: true }),
    row(5, { kind: "emergency", category: "Двор" }),
  ];
  const ids = (search: Parameters<typeof filtered>[1]) => filtered(rows, search).map((r) => r.id);
  it("is narrowed by words of residents, kind and what the company has changed; the archive is apart", () => {
    expect(ids({})).toEqual([1, 2, 3, 5]);
    expect(ids({ q: "ЛЬЕТ" })).toEqual([1]);
    expect(ids({ show: "own" })).toEqual([2]);
    expect(ids({ show: "changed" })).toEqual([3]);
    expect(ids({ show: "laxer" })).toEqual([3]);
    expect(ids({ show: "archived" })).toEqual([4]);
    expect(ids({ kind: "emergency" })).toEqual([5]);
    expect(byCategory(filtered(rows, {})).map(([c, rs]) => [c, rs.length])).toEqual([
      ["Вода", 2],
      ["Двор", 2],
    ]);
  });
  it("keeps its filters in the address, and nothing odd", () => {
    expect(readReasonsSearch({ q: "топит", kind: "paid", show: "own", id: "7" })).toEqual({
      q: "топит",
      kind: "paid",
      show: "own",
      id: 7,
    });
    expect(readReasonsSearch({ q: 5, kind: "x", show: [], id: "-1" })).toEqual({});
    expect(readReasonsSearch({ id: "new" })).toEqual({ id: "new" });
  });
  it("moves rows, days and tabs as a person means", () => {
    expect(moved(["а", "б", "в"], 2, 0)).toEqual(["в", "а", "б"]);
    expect(moved(["а", "б"], 0, -1)).toEqual(["а", "б"]);
    expect(moved(["а", "б"], 1, 2)).toEqual(["а", "б"]);
    expect(dayOf("10-01")).toEqual({ day: 1, month: 10 });
    expect(monthDay(31, 4)).toBe("04-30");
    expect(monthDay(0, 2)).toBe("02-01");
    expect(
      ["rules.finish.base.amount", "questions[1].text", "prices[0].name", "synonyms[0]", "name"].map(tabOf),
    ).toEqual(["limits", "questions", "prices", "words", "general"]);
  });
});
