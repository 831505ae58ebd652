import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { problem, serve, show } from "../../test/render";
import { AnnouncementsPage } from "./AnnouncementsPage";
import type { Line } from "./api";
import { MovedTo } from "./MovedTo";
import { wavOf } from "./wav";

const row = {
  company_id: 1,
  line_id: 4,
  phone: "+73430000101",
  line_kind: "dedicated",
  city: "Новоозёрск",
  kind: "day",
  version: 2,
  text: "Здравствуйте.",
  sample: "Здравствуйте.",
  uses: "text",
  phrase: null as null | { duration_ms: number; is_lost: boolean },
  shared: "",
  made_by: "",
  variables: ["компания", "время"],
};
const night = {
  ...row,
  line_id: 0,
  phone: "",
  line_kind: "",
  kind: "night",
  version: 0,
  text: "",
  sample: "",
  uses: "shared",
  shared: "Доброй ночи.",
};

const open = async (more: Parameters<typeof serve>[0] = {}, day = row) => {
  const asked = serve({
    "GET /api/v1/announcements": () => ({ company_id: 1, items: [day, night] }),
    "GET /api/v1/lines": () => ({ items: [] }),
    "GET /api/v1/pronunciations": () => ({
      company_id: 1,
      items: [{ id: 3, word: "УК", say: "у-ка", is_shared: false }],
    }),
    ...more,
  });
  show(<AnnouncementsPage />);
  await screen.findAllByLabelText("Слова");
  return asked;
};

describe("announcements", () => {
  it("that are empty cannot be saved", async () => {
    await open();
    const field = screen.getAllByLabelText("Слова")[0] as HTMLElement;
    const save = () => screen.getAllByRole("button", { name: "Сохранить" })[0];
    const user = userEvent.setup({ delay: null });
    await user.clear(field);
    await user.type(field, "  ");
    expect(save()).toBeDisabled();
    await user.type(field, "Здравствуйте, слушаем");
    expect(save()).toBeEnabled();
  });

  it("are saved in words; a variable is put in by its button, a refusal stands at the field", async () => {
    const asked = await open({
      "PUT /api/v1/announcements/day": () =>
        problem(422, "announcement.text", "Проверьте текст.", [
          { location: "body.text", message: "нет переменной {кто}" },
        ]),
    });
    const text = screen.getAllByLabelText("Слова")[0]!;
    expect(screen.getAllByRole("button", { name: "Сохранить" })[0]).toBeDisabled();
    await userEvent.type(text, " Это ");
    await userEvent.click(screen.getAllByRole("button", { name: "{компания}" })[0]!);
    expect(text).toHaveValue("Здравствуйте. Это {компания}");
    await userEvent.click(screen.getAllByRole("button", { name: "Сохранить" })[0]!);
    expect(await screen.findByText("нет переменной {кто}")).toBeVisible();
    expect(text).toHaveValue("Здравствуйте. Это {компания}");
    const sent = asked.find((a) => a.key === "PUT /api/v1/announcements/day")!;
    expect(new URL(sent.request.url).searchParams.get("version")).toBe("2");
    expect(await sent.request.json()).toEqual({ text: "Здравствуйте. Это {компания}", uses: "text" });
  });

  it("are uploaded as bytes, what the browser cannot read is refused before it is sent", async () => {
    const asked = await open({
      "PUT /api/v1/announcements/day/sound": () => ({
        ...row,
        version: 3,
        uses: "sound",
        phrase: { duration_ms: 2500, is_lost: false },
      }),
    });
    const input = document.querySelector<HTMLInputElement>("input[type=file]")!;
    await userEvent.upload(input, new File(["junk"], "phrase.ogg", { type: "audio/ogg" }));
    expect(await screen.findByText(/Браузер не смог прочитать/)).toBeVisible();
    await userEvent.upload(input, new File(["RIFFok"], "phrase.wav", { type: "audio/wav" }));
    await waitFor(() => expect(screen.queryByText(/Браузер не смог прочитать/)).toBeNull());
    await waitFor(() => expect(asked.filter((a) => a.key === "PUT /api/v1/announcements/day/sound")).toHaveLength(1));
    expect(await asked.find((a) => a.key === "PUT /api/v1/announcements/day/sound")!.request.text()).toBe("RIFFok");
  });

  it("which of the two sounds is chosen, an earlier version comes back", async () => {
    const asked = await open(
      {
        "PUT /api/v1/announcements/day": () => row,
        "GET /api/v1/announcements/day/versions": () => ({
          items: [
            {
              version: 2,
              text: "Здравствуйте.",
              uses: "sound",
              sound_ms: 1000,
              made_at: "2026-11-26T07:00:00Z",
              made_by: "Ершова",
            },
            {
              version: 1,
              text: "Алло, слушаем",
              uses: "text",
              sound_ms: 0,
              made_at: "2026-11-25T07:00:00Z",
              made_by: "",
            },
          ],
        }),
        "POST /api/v1/announcements/day/restore": () => row,
      },
      { ...row, uses: "sound", phrase: { duration_ms: 1000, is_lost: false } },
    );
    await userEvent.click(screen.getByText("голос машины"));
    await waitFor(() => expect(asked.some((a) => a.key === "PUT /api/v1/announcements/day")).toBe(true));
    await userEvent.click(screen.getByRole("button", { name: "Прежние версии" }));
    const old = (await screen.findByText("Алло, слушаем")).closest("li")!;
    // The list opens by degrees.
    await userEvent.click(await within(old).findByRole("button", { name: "Вернуть" }));
    await waitFor(() => expect(asked.some((a) => a.key === "POST /api/v1/announcements/day/restore")).toBe(true));
    expect(await asked.find((a) => a.key === "POST /api/v1/announcements/day/restore")!.request.json()).toEqual({
      to: 1,
    });
  });

  it("without words of its own a company is told what sounds, words are taught to the voice", async () => {
    const asked = await open({
      "POST /api/v1/pronunciations": () => ({ id: 9, word: "Ивдель", say: "и́вдель", is_shared: false }),
    });
    expect(screen.getByText(/Доброй ночи/)).toBeVisible();
    await userEvent.type(screen.getByLabelText("Слово"), "Ивдель");
    await userEvent.type(screen.getByLabelText("Как произносить"), "ивдель");
    await userEvent.click(screen.getByRole("button", { name: "Добавить слово" }));
    await waitFor(() => expect(screen.getByLabelText("Слово")).toHaveValue(""));
    const sent = asked.find((a) => a.key === "POST /api/v1/pronunciations")!;
    expect(await sent.request.json()).toEqual({ company_id: 1, word: "Ивдель", say: "ивдель" });
  });
});

it("an old number tells another number of its company, never a stranger's nor an old one", async () => {
  const line = {
    id: 4,
    phone: "+73430000101",
    kind: "dedicated",
    city: "",
    company: { id: 1, name: "Берег" },
    moved_to: 0,
  };
  const asked = serve({ "PUT /api/v1/lines/4/moved": () => line });
  const all = [
    line,
    { ...line, id: 5, phone: "+73430000102", moved_to: 4 },
    { ...line, id: 6, phone: "+73430000103" },
    { ...line, id: 7, phone: "+73430000777", company: { id: 2, name: "Чужая" } },
  ] as Line[];
  show(<MovedTo line={all[0] as Line} all={all} />);
  const user = userEvent.setup({ delay: null });
  await user.click(screen.getAllByLabelText("Что делает номер")[0] as HTMLElement);
  expect(screen.queryByText(/000-07-77|000-01-02/)).toBeNull();
  await user.click(screen.getByText(/Старый: говорит новый номер .*03/));
  await waitFor(() => expect(asked.some((a) => a.key === "PUT /api/v1/lines/4/moved")).toBe(true));
});

it("a recording becomes a WAV of 16 bits", async () => {
  const wav = new DataView(await wavOf(new Float32Array([0, 1, -2]), 16_000).arrayBuffer());
  expect(wav.byteLength).toBe(50);
  expect(wav.getUint32(24, true)).toBe(16_000);
  expect(wav.getInt16(46, true)).toBe(32767);
  expect(wav.getInt16(48, true)).toBe(-32767);
});
