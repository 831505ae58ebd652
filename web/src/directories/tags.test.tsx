import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { problem, serve, show } from "../../test/render";
import { Signed } from "../../test/signed";
import { TagListPage } from "./TagPages";

const me = {
  user: { id: 1, name: "Миронова О. В.", login: "admin" },
  kind: "company",
  company: { id: 3, name: "УК «Северный берег»", zone: "Asia/Yekaterinburg" },
  companies: [],
  permissions: ["ticket.read", "company.write"],
  member_id: null,
  server_time: "2026-11-26T03:00:00Z",
  zone: "Asia/Yekaterinburg",
};
const row = (id: number, name: string, archived = false) => ({
  id,
  name,
  colour: "blue",
  position: id,
  is_archived: archived,
  version: 1,
});

describe("labels", () => {
  const start = async (more: Parameters<typeof serve>[0] = {}, who: object = me) => {
    const asked = serve({
      "GET /api/v1/me": () => who,
      "GET /api/v1/tags": () => ({ items: [row(1, "Повторная"), row(2, "Гарантия"), row(3, "Старая", true)] }),
      ...more,
    });
    show(
      <Signed me={who}>
        <TagListPage list="tags" />
      </Signed>,
    );
    await screen.findByText("Повторная");
    return asked;
  };
  it("are added, and a name that is there is refused at its field with the text kept", async () => {
    await start({
      "POST /api/v1/tags": () =>
        problem(422, "tag.twice", "«Повторная» уже есть в списке.", [
          { location: "body.name", message: "такое название уже есть" },
        ]),
    });
    const name = screen.getByLabelText("Название");
    await userEvent.type(name, "Повторная{Enter}");
    expect(await screen.findByText("такое название уже есть")).toBeVisible();
    expect(name).toHaveValue("Повторная");
  });
  it("move by one place, with the version that was seen", async () => {
    const asked = await start({ "PATCH /api/v1/tags/2": () => row(2, "Гарантия") });
    await userEvent.click(screen.getByRole("button", { name: "Поднять «Гарантия»" }));
    await waitFor(() => expect(asked.some((a) => a.key === "PATCH /api/v1/tags/2")).toBe(true));
    const sent = await asked.find((a) => a.key === "PATCH /api/v1/tags/2")!.request.json();
    expect(sent).toEqual({ position: 1, version: 1 });
    expect(screen.getByRole("button", { name: "Поднять «Повторная»" })).toBeDisabled();
  });
  it("come back from the archive", async () => {
    const asked = await start({ "PATCH /api/v1/tags/3": () => row(3, "Старая") });
    const old = screen.getByText("Старая").closest("li")!;
    await userEvent.click(within(old).getByRole("button", { name: "Вернуть из архива" }));
    await waitFor(() => expect(asked.some((a) => a.key === "PATCH /api/v1/tags/3")).toBe(true));
  });
  it("are only read by who may not change them", async () => {
    await start({}, { ...me, permissions: ["ticket.read"] });
    expect(screen.queryByRole("button", { name: /архив/ })).toBeNull();
    expect(screen.getByText("Менять список может администратор компании.")).toBeVisible();
  });
});
