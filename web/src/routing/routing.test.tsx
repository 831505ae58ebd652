import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, show } from "../../test/render";
import { Signed } from "../../test/signed";
import { CoverageView } from "./CoveragePage";
import { bodyOf, draftOf, lacking } from "./form";
import { RoutingView } from "./RoutingPage";
import { daysText } from "./say";
import type { RoutingSearch } from "./search";
import { ru } from "./words/ru";

const me = { ...meOf("admin"), permissions: ["company.read", "company.write"] };
const named = (id: number, name: string) => ({ id, name });
const rule = {
  id: 7,
  reason: named(5, "Топит сверху"),
  reason_kind: "emergency",
  work_type: null,
  building: null,
  group: null,
  hours: "windows",
  windows: [{ days: [0, 1, 2, 3, 4], from: 1200, to: 1920 }],
  responsible: named(9, "Ветров К. А."),
  supplier: null,
  levels: [
    { level: 1, members: [named(1, "Гусев П. Н."), named(4, "Кравец А. И.")] },
    { level: 2, members: [named(2, "Сафин Р. М.")] },
  ],
  note: "",
  is_archived: false,
  version: 3,
  what: 2,
  where: 0,
  when: 2,
};
const preview = {
  at: "2026-11-24T07:00:00Z",
  zone: "Asia/Yekaterinburg",
  address: "Белинского, 86",
  kind: "emergency",
  executor: named(1, "Гусев П. Н."),
  responsible: named(9, "Ветров К. А."),
  supplier: null,
  rule_id: 7,
  why: ["Исполнители: правило № 7, по причине, для всех домов, в свои часы"],
  turns: [
    {
      level: 1,
      member_id: 1,
      name: "Гусев П. Н.",
      position: "сантехник",
      at: "2026-11-24T07:00:00Z",
      on_duty: true,
      has_phone: true,
      is_skipped: false,
      in_place_of: "",
      channels: ["call"],
      others: [],
    },
    {
      level: 2,
      member_id: 2,
      name: "Сафин Р. М.",
      position: "сантехник",
      at: "2026-11-24T07:10:00Z",
      on_duty: false,
      has_phone: true,
      is_skipped: true,
      in_place_of: "",
      channels: ["call"],
      others: [],
    },
    {
      level: 3,
      member_id: 6,
      name: "Мальцев Ю. Б.",
      position: "мастер",
      at: "2026-11-24T07:10:00Z",
      on_duty: true,
      has_phone: true,
      is_skipped: false,
      in_place_of: "Орлов Д. С.",
      channels: ["call"],
      others: [],
    },
  ],
  accept_by: null,
  localise_by: "2026-11-24T07:30:00Z",
  due_at: null,
};
const directories = {
  "GET /api/v1/assignment/rules": () => ({ items: [rule], groups: [], suppliers: [named(3, "Водоканал")] }),
  "GET /api/v1/reasons": () => ({
    items: [
      { id: 5, name: "Топит сверху", kind: "emergency" },
      { id: 6, name: "Справка", kind: "consultation" },
    ],
  }),
  "GET /api/v1/buildings": () => ({ items: [{ id: 86, address: "Белинского, 86" }] }),
  "GET /api/v1/staff": () => ({
    items: [
      { member_id: 1, name: "Гусев П. Н.", position: "сантехник" },
      { member_id: 2, name: "Сафин Р. М.", position: "" },
    ],
  }),
  "GET /api/v1/work-types": () => ({ items: [named(1, "сантехника")] }),
};

function Page({ start }: { start: RoutingSearch }) {
  const [search, go] = useState(start);
  return <RoutingView search={search} go={go} />;
}

const page = (start: RoutingSearch, more: Parameters<typeof serve>[0] = {}, who: object = me) => {
  const asked = serve({ ...directories, ...more });
  show(
    <Signed me={who}>
      <Page start={start} />
    </Signed>,
  );
  return asked;
};

describe("rules of routing", () => {
  it("are said in words, the hours short", async () => {
    page({});
    expect(await screen.findByText("пн–пт 20:00–08:00")).toBeVisible();
    expect(screen.getByText("Гусев П. Н., Кравец А. И.")).toBeVisible();
    expect(screen.getByText(/Побеждает самое точное правило/)).toBeVisible();
  });

  it("say the other rule at the field when they tie, and keep what was typed", async () => {
    const asked = page(
      { rule: 7 },
      {
        "PUT /api/v1/assignment/rules/7": () =>
          problem(422, "rule.tie", "Правило спорит с правилом № 9.", [
            { location: "body.hours", message: "те же причина, место и время, что у правила № 9" },
          ]),
      },
    );
    await userEvent.click(await screen.findByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("те же причина, место и время, что у правила № 9")).toBeVisible();
    const sent = (await asked.find((a) => a.key.startsWith("PUT"))!.request.json()) as Record<string, unknown>;
    expect(sent).toMatchObject({
      version: 3,
      reason_id: 5,
      work_type_id: 0,
      hours: "windows",
      windows: [{ days: [0, 1, 2, 3, 4], from: 1200, to: 1920 }],
      levels: [{ members: [1, 4] }, { members: [2] }],
    });
  });

  it("are not sent without the reason they are about", async () => {
    const asked = page({ rule: "new" });
    await userEvent.click(await screen.findByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("выберите причину")).toBeVisible();
    expect(asked.some((a) => a.key.startsWith("POST"))).toBe(false);
  });

  it("show what is not good after saving, and how many escalations go on as they were", async () => {
    page(
      { rule: 7 },
      {
        "PUT /api/v1/assignment/rules/7": () => ({
          id: 7,
          version: 4,
          running: 0,
          warnings: ["Гусев П. Н.: нет телефона"],
        }),
      },
    );
    await userEvent.click(await screen.findByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("Гусев П. Н.: нет телефона")).toBeVisible();
  });

  it("are only read by who may not change them", async () => {
    page({}, {}, { ...me, permissions: ["company.read"] });
    expect(await screen.findByText("Менять правила может администратор компании.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Добавить правило" })).toBeNull();
  });

  it("tell who would get a request, who stands behind him, and who is skipped", async () => {
    const asked = page(
      { reason: 5, house: 86, day: "2026-11-24", time: "12:00" },
      { "POST /api/v1/assignment/preview": () => preview },
    );
    const turns = await screen.findAllByRole("listitem");
    const third = turns.find((x) => within(x).queryByText("Мальцев Ю. Б."))!;
    expect(third).toHaveTextContent("очередь в 12:10");
    expect(third).toHaveTextContent("вместо Орлов Д. С.");
    expect(
      turns.find((x) => within(x).queryByText("Сафин Р. М.") && x.classList.contains("skipped")),
    ).toHaveTextContent("не на дежурстве");
    expect(screen.getByText(/локализовать до/)).toBeVisible();
    const sent = (await asked.find((a) => a.key.startsWith("POST"))!.request.json()) as Record<string, unknown>;
    expect(sent).toMatchObject({ reason_id: 5, building_id: 86 });
    await userEvent.click(screen.getByRole("button", { name: "Открыть правило № 7" }));
    expect(await screen.findByRole("dialog")).toBeVisible();
  });
});

describe("a rule's draft", () => {
  it("leaves out empty levels and puts an early end on the next day", () => {
    const d = {
      ...draftOf(),
      reason: "5",
      levels: [["1"], [], ["2"]],
      hours: "windows" as const,
      windows: [{ days: ["5", "6"], from: "22:00", to: "06:00" }],
    };
    expect(bodyOf(d).levels).toEqual([{ members: [1] }, { members: [2] }]);
    expect(bodyOf(d).windows).toEqual([{ days: [5, 6], from: 1320, to: 1800 }]);
    expect(lacking({ ...d, where: "group" })).toBe("group");
    expect(bodyOf({ ...d, what: "any" }).reason_id).toBe(0);
  });
  it("says days in a row short, others one by one", () => {
    expect(daysText(ru, [0, 1, 2, 3, 4])).toBe("пн–пт");
    expect(daysText(ru, [1, 3])).toBe("вт, чт");
    expect(daysText(ru, [5, 6])).toBe("сб, вс");
    expect(daysText(ru, [])).toBe("каждый день");
  });
});

describe("coverage", () => {
  const report = {
    from: "2026-11-24T07:00:00Z",
    to: "2026-12-01T07:00:00Z",
    zone: "Asia/Yekaterinburg",
    is_full: false,
    reasons: 80,
    emergencies: 30,
    houses: 10,
    more: 2,
    gaps: [
      {
        hole: "nobody",
        rule_id: null,
        reasons: [{ category: "Лифты", is_all: true, names: ["Застряли"], count: 4 }],
        houses: { is_all: false, group: null, names: ["Белинского, 86"], ids: [86], count: 1 },
        hours: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 1200, to: 1920 }],
        minutes: 5040,
      },
      {
        hole: "few_levels",
        rule_id: 7,
        reasons: [{ category: "Водоснабжение", is_all: false, names: ["Топит сверху"], count: 3 }],
        houses: { is_all: true, group: null, names: [], ids: [], count: 10 },
        hours: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1440 }],
        minutes: 10080,
      },
    ],
    people: [{ kind: "dials", member: named(1, "Гусев П. Н."), rule_id: null, other_id: null, numbers: 8, fit: 6 }],
  };
  const start = (body: object) => {
    serve({ "GET /api/v1/assignment/coverage": () => body });
    const go = vi.fn();
    show(
      <Signed me={me}>
        <CoverageView title="Покрытие" go={go} />
      </Signed>,
    );
    return go;
  };
  it("is green when nothing is missing", async () => {
    start({ ...report, is_full: true, gaps: [], people: [] });
    expect(await screen.findByText("Покрыто полностью на неделю вперёд")).toBeVisible();
  });
  it("says hours, houses and reasons of each gap, and leads to where it is mended", async () => {
    const go = start(report);
    expect(await screen.findByText("Лифты (все: 4)")).toBeVisible();
    expect(screen.getByText("каждый день 20:00–08:00 · 84 ч за неделю")).toBeVisible();
    expect(screen.getByText("Водоснабжение: Топит сверху; и ещё 2")).toBeVisible();
    expect(screen.getByText("вся неделя круглосуточно")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Добавить правило" }));
    expect(go).toHaveBeenLastCalledWith("/settings/routing?rule=new&house=86");
    await userEvent.click(screen.getByRole("button", { name: "Правило № 7" }));
    expect(go).toHaveBeenLastCalledWith("/settings/routing?rule=7");
    await userEvent.click(screen.getByRole("button", { name: "Открыть карточку" }));
    expect(go).toHaveBeenLastCalledWith("/settings/staff?member=1");
  });
  it("says that there is nothing to check", async () => {
    start({ ...report, houses: 0, gaps: [], people: [] });
    await waitFor(() => expect(screen.getByText("Проверять ещё нечего")).toBeVisible());
  });
});
