import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { problem, serve, showPage } from "../../../test/render";
import { KeptMenu } from "./Kept";
import type { KeptView, Of } from "./kept";

const own: KeptView = {
  id: 1,
  name: "Ночные",
  query: "result=lost",
  columns: ["phone"],
  is_mine: true,
  is_shared: true,
  version: 4,
};
const foreign: KeptView = { ...own, id: 2, name: "Чужой", query: "view=open", is_mine: false };

function open(of: Of, query = own.query) {
  return showPage(
    <KeptMenu
      of={of}
      company={1}
      query={query}
      onQuery={vi.fn()}
      onCompany={vi.fn()}
      set={{ all: ["phone"], always: [], usual: ["phone"] } as never}
      columns={["phone"]}
      onColumns={vi.fn()}
      about={{ ofCompany: "", nameHint: "" }}
    />,
  );
}

describe.each(["ticket", "call"] as const)("kept lists of %ss (J3)", { timeout: 60_000 }, (of) => {
  const path = `/api/v1/${of}-views`;
  const listed = { [`GET ${path}`]: () => ({ items: [own, foreign], may_share: true }) };

  it("are renamed by keys, and a refusal stands at the name", async () => {
    let isTaken = true;
    const asked = serve({
      ...listed,
      [`PUT ${path}/1`]: () =>
        isTaken
          ? problem(422, "view.name", "Не годится.", [{ location: "body.name", message: "такой список уже есть" }])
          : { ...own, name: "Ночь" },
    });
    open(of);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByText("Ночные"));
    await user.click(await screen.findByText("Изменить список «Ночные»…"));
    const name = await screen.findByLabelText("Название");
    expect(name).toHaveValue("Ночные");
    await user.clear(name);
    await user.type(name, "Ночь{Enter}");
    expect(await screen.findByText("такой список уже есть")).toBeVisible();
    isTaken = false;
    await user.type(name, "{Enter}");
    await waitFor(() => expect(screen.queryByLabelText("Название")).toBeNull());
    const sent = asked.filter((a) => a.key.startsWith("PUT"));
    expect(await sent[1]?.request.json()).toEqual({
      name: "Ночь",
      query: "result=lost",
      columns: ["phone"],
      is_shared: true,
      version: 4,
    });
  });

  it("are followed by an open dialog when another window changes them, but for what was written in it", async () => {
    let now = own;
    const asked = serve({
      [`GET ${path}`]: () => ({ items: [now, foreign], may_share: true }),
      [`PUT ${path}/1`]: () => now,
    });
    const { client } = open(of);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByText("Ночные"));
    await user.click(await screen.findByText("Изменить список «Ночные»…"));
    const name = await screen.findByLabelText("Название");
    now = { ...own, name: "Ночь", is_shared: false, query: "result=talk", version: 5 };
    await act(() => client.invalidateQueries({ predicate: (q) => q.meta?.live?.includes("view") ?? false }));
    await waitFor(() => expect(name).toHaveValue("Ночь"));
    expect(screen.getByRole("checkbox")).not.toBeChecked();
    expect(screen.getByRole("status")).toHaveTextContent("теперь он «Ночь», его видите только вы");
    await user.type(name, " и утро");
    now = { ...now, name: "Иначе", version: 6 };
    await act(() => client.invalidateQueries({ queryKey: ["views-kept"] }));
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("теперь он «Иначе»"));
    expect(name).toHaveValue("Ночь и утро");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByLabelText("Название")).toBeNull());
    const sent = await asked.find((a) => a.key.startsWith("PUT"))?.request.json();
    expect(sent).toEqual({
      name: "Ночь и утро",
      query: "result=talk",
      columns: ["phone"],
      is_shared: false,
      version: 6,
    });
  });

  it("are kept anew from an open dialog when another window has dropped them", async () => {
    let items = [own];
    const asked = serve({ [`GET ${path}`]: () => ({ items, may_share: true }), [`POST ${path}`]: () => own });
    const { client } = open(of);
    const user = userEvent.setup({ delay: null });
    await user.click(await screen.findByText("Ночные"));
    await user.click(await screen.findByText("Изменить список «Ночные»…"));
    const name = await screen.findByLabelText("Название");
    items = [];
    await act(() => client.invalidateQueries({ queryKey: ["views-kept"] }));
    expect(await screen.findByText(/список удалили/)).toBeVisible();
    await user.type(name, "{Enter}");
    await waitFor(() => expect(screen.queryByLabelText("Название")).toBeNull());
    const sent = await asked.find((a) => a.key === `POST ${path}`)?.request.json();
    expect(sent).toMatchObject({ name: "Ночные", query: "result=lost", columns: ["phone"], is_shared: true });
  });

  it("come back as they were when one was dropped by mistake", async () => {
    const asked = serve({
      ...listed,
      [`DELETE ${path}/1`]: () => new Response(null, { status: 204 }),
      [`POST ${path}`]: () => own,
    });
    open(of);
    await userEvent.click(await screen.findByText("Ночные"));
    await userEvent.click(await screen.findByText("Удалить список «Ночные»"));
    expect(await screen.findByText("Список «Ночные» удалён")).toBeVisible();
    await userEvent.click(screen.getByText("Вернуть как было"));
    await waitFor(() => expect(asked.some((a) => a.key === `POST ${path}`)).toBe(true));
    const sent = await asked.find((a) => a.key === `POST ${path}`)?.request.json();
    expect(sent).toEqual({
      name: "Ночные",
      query: "result=lost",
      columns: ["phone"],
      is_shared: true,
      company_id: 1,
    });
  });

  it("say why one was not dropped", async () => {
    serve({ ...listed, [`DELETE ${path}/1`]: () => problem(503, "internal", "Сейчас не получается.") });
    open(of);
    await userEvent.click(await screen.findByText("Ночные"));
    await userEvent.click(await screen.findByText("Удалить список «Ночные»"));
    expect(await screen.findByText("Сейчас не получается.")).toBeVisible();
  });

  it("of another person are opened, not changed", async () => {
    serve(listed);
    open(of, foreign.query);
    await userEvent.click(await screen.findByText("Чужой"));
    expect(await screen.findByText("Сохранить этот список…")).toBeVisible();
    expect(screen.queryByText(/Изменить список|Удалить список/)).toBeNull();
  });
});
