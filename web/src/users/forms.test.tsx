import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { phoneOf } from "../time/format";
import { problem, serve, show, showPage } from "../../test/render";
import { meOf } from "../../test/fixtures";
import { InvitePage } from "./InvitePage";
import { InviteForm } from "./InviteDrawer";
import { PasswordPanel, strengthOf } from "./ProfilePage";
import { RoleEditor } from "./RolesPage";
import { TOTPPanel } from "./TOTPPanel";
import { OneUser } from "./UserPage";
import { deviceOf } from "./device";

const boss = { ...meOf("admin"), permissions: ["ticket.read", "user.read", "user.write"] };
const roles = {
  items: [
    { id: null, name: "", base: "admin", permissions: ["user.write"], users: 1, version: 0 },
    { id: null, name: "", base: "executor", permissions: ["ticket.read"], users: 2, version: 0 },
    { id: 7, name: "Мастер участка", base: "foreman", permissions: ["ticket.read"], users: 0, version: 3 },
  ],
  tickable: ["ticket.read", "ticket.comment", "building.write"],
};
const choices = {
  buildings: [{ id: 86, name: "Белинского, 86" }],
  groups: [],
  work_types: [{ id: 1, name: "сантехника" }],
  members: [{ id: 4, name: "Гусев П. Н." }],
};
const security = { has_password: true, totp_since: null, recovery_left: 0, passkeys: [] };
const base = {
  "GET /api/v1/roles": () => roles,
  "GET /api/v1/rights/choices": () => choices,
};
const bodyOf = async (asked: { key: string; request: Request }[], key: string) =>
  (await asked.find((a) => a.key === key)!.request.json()) as unknown;

describe("the form of an invitation", () => {
  it("says at the field what is missing, sends role, access and staff member, shows the link once", async () => {
    const asked = serve({
      ...base,
      "POST /api/v1/invitations": () => ({
        id: 1,
        name: "Гусев П. Н.",
        link: "/invite/abc",
        expires_at: "2026-12-03T00:00:00Z",
      }),
    });
    const user = userEvent.setup();
    showPage(<InviteForm company={undefined} onClose={() => undefined} />, boss as never);
    await user.click(await screen.findByRole("button", { name: "Сделать ссылку" }));
    expect(await screen.findByText("Заполните")).toBeInTheDocument();
    await user.click(screen.getByRole("combobox", { name: "Кто он среди сотрудников" }));
    await user.click(await screen.findByRole("option", { name: "Гусев П. Н." }));
    expect(screen.getByRole("textbox", { name: "Имя, как на экранах" })).toHaveValue("Гусев П. Н.");
    await user.click(screen.getByRole("radio", { name: "Настроить" }));
    await user.click(screen.getByRole("combobox", { name: "Дома" }));
    await user.click(await screen.findByRole("option", { name: "Белинского, 86" }));
    await user.click(screen.getByRole("button", { name: "Сделать ссылку" }));
    expect(await screen.findByText(`${location.origin}/invite/abc`)).toBeInTheDocument();
    expect(await bodyOf(asked, "POST /api/v1/invitations")).toEqual({
      role: "executor",
      name: "Гусев П. Н.",
      member_id: 4,
      own_grants: true,
      grants: [{ kind: "part", work_type_ids: [], building_ids: [86], group_ids: [] }],
    });
  });

  it("shows a refusal of a line at that line", async () => {
    serve({
      ...base,
      "POST /api/v1/invitations": () =>
        problem(422, "grant.invalid", "Проверьте", [
          { location: "body.grants[0].kind", message: "выберите виды работ, дома или группы домов" },
        ]),
    });
    const user = userEvent.setup();
    showPage(<InviteForm company={undefined} onClose={() => undefined} />, boss as never);
    await user.type(await screen.findByRole("textbox", { name: "Имя, как на экранах" }), "Гусев П. Н.");
    await user.click(screen.getByRole("radio", { name: "Настроить" }));
    await user.click(screen.getByRole("button", { name: "Сделать ссылку" }));
    const line = await screen.findByRole("group", { name: /видит 1$/ });
    expect(await within(line).findByText("выберите виды работ, дома или группы домов")).toBeInTheDocument();
  });
});

describe("a role of the company's own", () => {
  it("asks for a name and a tick, and sends what is ticked with its version", async () => {
    const done = vi.fn();
    const asked = serve({ "PUT /api/v1/roles/7": () => ({ ...roles.items[2], version: 4 }) });
    const user = userEvent.setup();
    const role = { ...roles.items[2]!, permissions: [], name: "" };
    showPage(
      <RoleEditor company={undefined} role={role as never} tickable={roles.tickable} onDone={done} />,
      boss as never,
    );
    await user.click(await screen.findByRole("button", { name: "Сохранить роль" }));
    expect(screen.getAllByText("Заполните")).toHaveLength(2);
    await user.type(screen.getByRole("textbox", { name: "Название" }), "Мастер участка");
    await user.click(screen.getByRole("checkbox", { name: "Менять дома и помещения" }));
    await user.click(screen.getByRole("checkbox", { name: "Видеть заявки" }));
    await user.click(screen.getByRole("button", { name: "Сохранить роль" }));
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(await bodyOf(asked, "PUT /api/v1/roles/7")).toEqual({
      name: "Мастер участка",
      base: "foreman",
      permissions: ["ticket.read", "building.write"],
      version: 3,
    });
  });
});

describe("a user's page", () => {
  const card = {
    id: 12,
    name: "Гусев П. Н.",
    login: "gusev",
    role: "executor",
    role_id: null,
    role_name: "",
    own_grants: false,
    is_blocked: false,
    has_totp: false,
    passkeys: 0,
    sessions: 1,
    seen_at: null,
    member: { id: 4, name: "Гусев П. Н." },
    permissions: ["ticket.read"],
    grants: [],
    open_sessions: [
      {
        id: 5,
        device: "Mozilla/5.0 (Windows NT 10.0) Chrome/140",
        source: "192.0.2.1",
        way: "password",
        created_at: "2026-11-26T05:00:00Z",
        seen_at: "2026-11-26T05:59:00Z",
        is_this: false,
      },
    ],
    elsewhere: true,
    is_me: false,
  };
  const open = (more: Parameters<typeof serve>[0] = {}) => {
    const asked = serve({ ...base, "GET /api/v1/users/12": () => card, ...more });
    showPage(<OneUser company={undefined} id={12} />, boss as never);
    return asked;
  };

  it("ends a session, and asks by name before taking somebody out", async () => {
    const asked = open({
      "POST /api/v1/users/12/sessions/end": () => ({ ended: 1 }),
      "POST /api/v1/users/12/remove": () => problem(409, "user.last_admin", "Это последний администратор."),
    });
    const user = userEvent.setup();
    expect(await screen.findByText("Chrome, Windows")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Закрыть" }));
    expect(await screen.findByText("Закрыт 1 сеанс")).toBeInTheDocument();
    expect(await bodyOf(asked, "POST /api/v1/users/12/sessions/end")).toEqual({ session_id: 5 });
    await user.click(screen.getByRole("button", { name: "Убрать из компании" }));
    const dialog = await screen.findByRole("dialog", { name: "Убрать из компании: Гусев П. Н.?" });
    expect(within(dialog).getByText(/другие компании/)).toBeInTheDocument();
    await user.click(within(dialog).getByRole("button", { name: "Убрать из компании" }));
    expect(await within(dialog).findByText("Это последний администратор.")).toBeInTheDocument();
  });

  it("tells that a new role ends the sessions", async () => {
    const asked = open({ "PUT /api/v1/users/12/role": () => card });
    const user = userEvent.setup();
    await user.click(await screen.findByRole("combobox", { name: "Роль" }));
    await user.click(await screen.findByRole("option", { name: "Мастер участка" }));
    expect(screen.getByText(/сеансы закроются/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Сохранить роль" }));
    await screen.findByText("Роль изменена. Человек войдёт заново.");
    expect(await bodyOf(asked, "PUT /api/v1/users/12/role")).toEqual({ role_id: 7, member_id: 4 });
  });

  it("keeps a company's own operator's telephone and languages, a wrong number at its field (C8, F8)", async () => {
    const own = { ...card, role: "dispatcher", phone: "+79005550001", languages: ["tt"] };
    const asked = open({
      "GET /api/v1/users/12": () => own,
      "GET /api/v1/rights/choices": () => ({
        buildings: [],
        groups: [],
        work_types: [],
        members: [],
        languages: ["tt", "uz"],
      }),
      "PUT /api/v1/users/12/desk": () =>
        problem(422, "user.phone", "Номер не сохранён.", [{ location: "body.phone", message: "нужен номер с кодом" }]),
    });
    const user = userEvent.setup();
    const phone = await screen.findByRole("textbox", { name: "Свой мобильный" });
    expect(phone).toHaveValue(phoneOf("+79005550001"));
    await user.clear(phone);
    await user.type(phone, "12");
    await user.click(screen.getByRole("combobox", { name: "Языки" }));
    await user.click(await screen.findByRole("option", { name: /узбекский/i }));
    await user.click(screen.getByRole("button", { name: "Сохранить" }));
    expect(await screen.findByText("нужен номер с кодом")).toBeVisible();
    expect(phone).toHaveValue("12");
    expect(await bodyOf(asked, "PUT /api/v1/users/12/desk")).toEqual({ phone: "12", languages: ["tt", "uz"] });
  });

  it("gives no button to who may only look", async () => {
    serve({ ...base, "GET /api/v1/users/12": () => card });
    showPage(<OneUser company={undefined} id={12} />, { ...boss, permissions: ["user.read"] } as never);
    await screen.findByText("Chrome, Windows");
    for (const name of ["Убрать из компании", "Закрыть доступ", "Сохранить роль", "Закрыть"])
      expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
  });
});

describe("one's own password", () => {
  it("is judged while typed, and refused at its field with nothing lost", async () => {
    serve({
      "POST /api/v1/me/password": () =>
        problem(422, "password.wrong", "Пароль не подходит.", [{ location: "body.current", message: "не подходит" }]),
    });
    const user = userEvent.setup();
    showPage(<PasswordPanel security={security} />);
    await user.type(await screen.findByLabelText("Нынешний пароль"), "старый");
    await user.type(screen.getByLabelText("Новый пароль"), "коротко");
    expect(screen.getByText(/слишком короткий\.$/)).toBeInTheDocument();
    await user.type(screen.getByLabelText("Новый пароль"), " и ещё длиннее");
    expect(screen.getByText(/хороший\.$/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Сменить пароль" }));
    expect(await screen.findByText("не подходит")).toBeInTheDocument();
    expect(screen.getByLabelText("Новый пароль")).toHaveValue("коротко и ещё длиннее");
  });
  it("has a strength by length and difference", () => {
    expect([
      strengthOf("аааааааааааа"),
      strengthOf("Белка и 4"),
      strengthOf("Белка и 45"),
      strengthOf("Белка и 4 ореха!"),
    ]).toEqual([0, 0, 1, 2]);
  });
});

describe("a code from an app", () => {
  it("goes from the password over the picture to the recovery codes", async () => {
    const asked = serve({
      "POST /api/v1/me/totp": () => ({
        secret: "ABCDEFGH",
        uri: "otpauth://x",
        qr: { size: 29, path: "M4 4h7v1h-7z" },
      }),
      "POST /api/v1/me/totp/confirm": () => ({ codes: ["aaaaa-bbbbb"] }),
    });
    const user = userEvent.setup();
    showPage(<TOTPPanel security={security} />);
    await user.click(await screen.findByRole("button", { name: "Включить" }));
    await user.type(screen.getByLabelText("Подтвердите паролем"), "пароль");
    await user.click(screen.getByRole("button", { name: "Включить" }));
    expect(await screen.findByText("ABCD EFGH")).toBeInTheDocument();
    await user.type(screen.getByRole("textbox", { name: "Код, который показывает приложение" }), "123456{Enter}");
    expect(await screen.findByText("aaaaa-bbbbb")).toBeInTheDocument();
    expect(await bodyOf(asked, "POST /api/v1/me/totp/confirm")).toEqual({ code: "123456" });
  });
});

describe("the page of a link", () => {
  const face = {
    name: "Гусев П. Н.",
    company: "УК «Северный берег»",
    kind: "company",
    role: "executor",
    role_name: "",
    expires_at: "2026-12-03T00:00:00Z",
  };

  it("makes a login, and shows what is wrong at its field", async () => {
    const done = vi.fn();
    let times = 0;
    const asked = serve({
      "GET /api/v1/me": () => problem(401, "login.required", "Войдите"),
      "POST /api/v1/invitation/look": () => face,
      "POST /api/v1/invitation/accept": () =>
        times++
          ? meOf("executor")
          : problem(422, "login.taken", "Занят", [{ location: "body.login", message: "занят" }]),
    });
    const user = userEvent.setup();
    show(<InvitePage token="abc" onDone={done} onLogin={() => undefined} />);
    expect(await screen.findByRole("heading", { name: "Вас приглашают: УК «Северный берег»" })).toBeInTheDocument();
    expect(screen.getByText("Гусев П. Н., роль: Исполнитель")).toBeInTheDocument();
    await user.type(screen.getByLabelText("Придумайте логин"), "gusev");
    await user.type(screen.getByLabelText("Придумайте пароль"), "Белка и 4 ореха");
    await user.click(screen.getByRole("button", { name: "Войти" }));
    expect(await screen.findByText("занят")).toBeInTheDocument();
    expect(screen.getByLabelText("Придумайте пароль")).toHaveValue("Белка и 4 ореха");
    await user.click(screen.getByRole("button", { name: "Войти" }));
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(await bodyOf(asked, "POST /api/v1/invitation/accept")).toEqual({
      token: "abc",
      login: "gusev",
      password: "Белка и 4 ореха",
    });
  });

  it("lets a signed-in person join with the login he has", async () => {
    const done = vi.fn();
    serve({
      "GET /api/v1/me": () => meOf("admin"),
      "POST /api/v1/invitation/look": () => face,
      "POST /api/v1/invitation/join": () => meOf("admin"),
    });
    const user = userEvent.setup();
    show(<InvitePage token="abc" onDone={done} onLogin={() => undefined} />);
    await user.click(await screen.findByRole("button", { name: "Присоединиться с этим логином" }));
    await waitFor(() => expect(done).toHaveBeenCalled());
  });

  it("says that a used link does not work", async () => {
    serve({
      "GET /api/v1/me": () => problem(401, "login.required", "Войдите"),
      "POST /api/v1/invitation/look": () =>
        problem(404, "invitation.gone", "Ссылка не действует: её уже использовали."),
    });
    show(<InvitePage token="abc" onDone={() => undefined} onLogin={() => undefined} />);
    expect(await screen.findByText(/её уже использовали/)).toBeInTheDocument();
  });
});

describe("a browser's name", () => {
  it.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 YaBrowser/25.8 Safari/537.36",
      "Яндекс.Браузер, Windows",
    ],
    ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iOS"],
    ["curl/8", ""],
  ])("%s", (agent, name) => expect(deviceOf(agent)).toBe(name));
});
