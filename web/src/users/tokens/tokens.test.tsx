import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { meOf } from "../../../test/fixtures";
import { problem, serve, showPage } from "../../../test/render";
import { describe as read, found } from "./document";
import { TokenEditor } from "./TokenDrawer";
import { Tokens } from "./TokensPage";

const boss = { ...meOf("admin"), permissions: ["user.read", "user.write"] } as never;
const token = {
  id: 7,
  name: "1С",
  permissions: ["ticket.read"],
  tail: "Zq3x",
  user_name: "Ершова",
  created_at: "2026-11-20T07:00:00Z",
  expires_at: "2027-11-20T07:00:00Z",
  seen_at: null,
  seen_source: "",
  revoked_at: null,
  revoked_by: "",
  idle: "",
};

describe("the tokens of the API", () => {
  it("says what to do when there are none, and lets revoke one after a question", async () => {
    let items: unknown[] = [];
    const asked = serve({
      "GET /api/v1/tokens": () => ({ items, tickable: ["ticket.read"] }),
      "POST /api/v1/tokens/7/revoke": () => {
        items = [{ ...token, revoked_at: "2026-11-24T07:00:00Z", revoked_by: "Ершова", idle: "revoked" }];
        return undefined;
      },
    });
    const user = userEvent.setup();
    const first = showPage(<Tokens company={undefined} picker={null} />, boss);
    expect(await screen.findByText("Токенов пока нет")).toBeInTheDocument();
    first.unmount();
    items = [token];
    showPage(<Tokens company={undefined} picker={null} />, boss);
    await user.click(await screen.findByRole("button", { name: "Отозвать" }));
    const dialog = await screen.findByRole("dialog", { name: "Отозвать токен «1С»?" });
    expect(asked.some((a) => a.key.startsWith("POST"))).toBe(false);
    await user.click(within(dialog).getByRole("button", { name: "Отозвать" }));
    expect(await screen.findByText(/отозвал Ершова/)).toBeInTheDocument();
  });

  it("says at its field what the server refused", async () => {
    serve({
      "POST /api/v1/tokens": () =>
        problem(409, "name.taken", "Такое название уже есть.", [{ location: "body.name", message: "уже есть" }]),
    });
    const user = userEvent.setup();
    showPage(
      <TokenEditor
        company={undefined}
        tickable={["ticket.read"]}
        onMade={() => undefined}
        onCancel={() => undefined}
      />,
      boss,
    );
    await user.type(await screen.findByRole("textbox", { name: "Для чего токен" }), "1С");
    await user.click(screen.getByRole("button", { name: "Выпустить токен" }));
    expect(await screen.findByText("Отметьте хотя бы одно право")).toBeInTheDocument();
    await user.click(screen.getByRole("checkbox", { name: "Видеть заявки" }));
    await user.click(screen.getByRole("button", { name: "Выпустить токен" }));
    expect(await screen.findByText("уже есть")).toBeInTheDocument();
  });
});

it("reads the document for people: only what a token opens, fields behind references", () => {
  const list = read({
    paths: {
      "/api/v1/tags": {
        get: {
          operationId: "list-tags",
          summary: "The labels",
          tags: ["tags"],
          security: [{ session: [] }, { token: [] }],
          "x-permission": "ticket.read",
          responses: { "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/List" } } } } },
        },
      },
      "/api/v1/me": { get: { operationId: "me", security: [{ session: [] }] } },
    },
    components: {
      schemas: {
        List: {
          required: ["items"],
          properties: {
            items: { type: "array", items: { $ref: "#/components/schemas/Tag" }, description: "in order" },
          },
        },
      },
    },
  });
  expect(list.map((o) => o.id)).toEqual(["list-tags"]);
  expect(list[0]?.answer).toEqual([{ name: "items", type: "Tag[]", required: true, about: "in order" }]);
  expect(found(list, "LABELS get")).toHaveLength(1);
  expect(found(list, "labels post")).toHaveLength(0);
});
