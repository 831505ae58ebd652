import { afterEach, describe, expect, it, vi } from "vitest";
import { api, ApiError, holdSessionEnd, take, whenSessionEnds } from "./client";

function answer(status: number, body: unknown, type = "application/problem+json") {
  const fetch = vi.fn(async (_request: Request) =>
    body === undefined
      ? new Response(null, { status })
      : new Response(typeof body === "string" ? body : JSON.stringify(body), {
          status,
          headers: { "Content-Type": type },
        }),
  );
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

const one = () => take(api.GET("/api/v1/tickets/{id}", { params: { path: { id: 7 } } }));
async function refused(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("api client", () => {
  afterEach(() => whenSessionEnds(() => undefined));

  it("gives the data and repeats lists in the query", async () => {
    const fetch = answer(200, { items: [], next_cursor: null }, "application/json");
    const page = await take(api.GET("/api/v1/tickets", { params: { query: { status: ["new", "accepted"] } } }));
    expect(page.items).toEqual([]);
    expect(fetch.mock.calls[0]?.[0].url).toMatch(/\?status=new&status=accepted$/);
  });

  it("puts a problem's messages to their fields", async () => {
    answer(422, {
      status: 422,
      code: "request.invalid",
      detail: "Проверьте поля",
      errors: [{ location: "body.answers[1].value", message: "Нужен ответ" }],
    });
    const error = await refused(one());
    expect(error.code).toBe("request.invalid");
    expect(error.message).toBe("Проверьте поля");
    expect(error.fields.get("answers[1].value")).toBe("Нужен ответ");
  });

  it("tells that the session ended, but not for a wrong password", async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answer(401, { status: 401, code: "login.required", detail: "Войдите" });
    await refused(one());
    expect(ended).toHaveBeenCalledTimes(1);
    await refused(take(api.POST("/api/v1/login", { body: { login: "a", password: "b" } }), { quiet401: true }));
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it("lets a talk end before it sends the person to the login", async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    holdSessionEnd(true);
    answer(401, { status: 401, code: "login.required", detail: "Войдите" });
    await refused(one());
    expect(ended).not.toHaveBeenCalled();
    holdSessionEnd(false);
    expect(ended).toHaveBeenCalledTimes(1);
    holdSessionEnd(true);
    holdSessionEnd(false);
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it("knows a conflict of versions", async () => {
    answer(409, { status: 409, code: "ticket.changed", detail: "Заявку изменил другой" });
    expect((await refused(one())).isConflict).toBe(true);
  });

  it("tells a broken way from a refusal", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const error = await refused(one());
    expect(error.isOffline).toBe(true);
    expect(error.status).toBe(0);
  });

  it("makes a problem of a proxy's own page", async () => {
    answer(502, "<html>Bad gateway</html>", "text/html");
    const error = await refused(one());
    expect(error.code).toBe("http.502");
    expect(error.isOffline).toBe(false);
  });

  it("takes an answer without a body", async () => {
    answer(204, undefined);
    await expect(take(api.POST("/api/v1/logout"))).resolves.toBeUndefined();
  });
});
