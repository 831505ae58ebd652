import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { problem, serve, show } from "../../test/render";
import type { Line } from "./api";
import { LinesPage } from "./LinesPage";
import { MovedTo } from "./MovedTo";

const line = {
  id: 4,
  phone: "+73430000101",
  kind: "dedicated",
  city: "Новоозёрск",
  company: { id: 1, name: "УК «Северный берег»" },
  text: "Здравствуйте.",
  phrase: null as null | { duration_ms: number },
  moved_to: 0,
};

const open = async (more: Parameters<typeof serve>[0] = {}) => {
  const asked = serve({ "GET /api/v1/lines": () => ({ items: [line] }), ...more });
  show(<LinesPage />);
  await screen.findAllByLabelText("Слова приветствия");
  return asked;
};

describe("an old number", () => {
  it("tells another number of its company, never a stranger's nor an old one", async () => {
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
});

describe("greetings", () => {
  it("are saved in words; a refusal stands at the field and the words stay", async () => {
    await open({
      "PUT /api/v1/lines/4/greeting": () =>
        problem(422, "line.greeting", "Впишите слова приветствия.", [
          { location: "body.text", message: "впишите слова" },
        ]),
    });
    const text = screen.getByLabelText("Слова приветствия");
    expect(screen.getByRole("button", { name: "Сохранить слова" })).toBeDisabled();
    await userEvent.type(text, " Слушаем вас.");
    await userEvent.click(screen.getByRole("button", { name: "Сохранить слова" }));
    expect(await screen.findByText("впишите слова")).toBeVisible();
    expect(text).toHaveValue("Здравствуйте. Слушаем вас.");
  });
  it("are uploaded as bytes of a WAV, and what is no sound is refused in words", async () => {
    let n = 0;
    const asked = await open({
      "PUT /api/v1/lines/4/greeting/sound": () =>
        n++ === 0 ? problem(422, "sound.not_wav", "Это не WAV.") : { ...line, phrase: { duration_ms: 2500 } },
    });
    const input = document.querySelector<HTMLInputElement>("input[type=file]")!;
    await userEvent.upload(input, new File(["RIFF"], "phrase.wav", { type: "audio/wav" }));
    expect(await screen.findByText("Это не WAV.")).toBeVisible();
    await userEvent.upload(input, new File(["RIFFok"], "phrase.wav", { type: "audio/wav" }));
    await waitFor(() => expect(screen.queryByText("Это не WAV.")).toBeNull());
    const sent = asked.filter((a) => a.key === "PUT /api/v1/lines/4/greeting/sound");
    expect(sent).toHaveLength(2);
    expect(sent[1]!.request.headers.get("Content-Type")).toBe("audio/wav");
    expect(await sent[1]!.request.text()).toBe("RIFFok");
  });
});
