import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, show } from "../../test/render";
import { LoginPage } from "./LoginPage";

describe("the door", () => {
  it("asks for a code only when the server does, and forgets it with another login", async () => {
    const done = vi.fn();
    let sent: unknown[] = [];
    serve({
      "POST /api/v1/login": async (_, request) => {
        const body = (await request.json()) as { code?: string };
        sent = [...sent, body];
        if (!body.code)
          return problem(422, "login.code_required", "Введите код.", [
            { location: "body.code", message: "введите код" },
          ]);
        if (body.code === "000000")
          return problem(422, "login.code", "Код не подходит.", [{ location: "body.code", message: "не подходит" }]);
        return meOf("admin");
      },
    });
    const user = userEvent.setup();
    show(<LoginPage onDone={done} returning={false} />);
    expect(screen.queryByLabelText("Код из приложения")).not.toBeInTheDocument();
    await user.type(screen.getByLabelText("Логин"), "gusev");
    await user.type(screen.getByLabelText("Пароль"), "секрет{Enter}");
    const code = await screen.findByLabelText("Код из приложения");
    expect(screen.queryByText("Введите код.")).not.toBeInTheDocument();
    await user.type(code, "000000{Enter}");
    expect(await screen.findByText("Код не подходит.")).toBeInTheDocument();
    await user.clear(code);
    await user.type(code, "123456{Enter}");
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent.at(-1)).toEqual({ login: "gusev", password: "секрет", code: "123456" });
    await user.type(screen.getByLabelText("Логин"), "x");
    expect(screen.queryByLabelText("Код из приложения")).not.toBeInTheDocument();
  });
});
