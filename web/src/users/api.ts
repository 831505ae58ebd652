/** Users, rights and ways in over the typed client. A company's user has his own company; our people name one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { makePasskey } from "../session/passkey";
import { enter, meQuery } from "../session/session";

type S = components["schemas"];
export type UserRow = S["UserRow"];
export type UserCard = S["UserCard"];
export type Role = S["Role"];
export type RoleForm = S["RoleForm"];
export type Grant = S["Grant"];
export type Invitation = S["Invitation"];
export type NewInvitation = S["NewInvitation"];
export type RightsChoices = S["RightsChoices"];
export type Session = S["Session"];
export type Security = S["Security"];
export type Passkey = S["Passkey"];
export type Enrolment = S["Enrolment"];
export type Team = S["Team"];
export type TeamList = S["TeamList"];
export type Colleague = S["Colleague"];
export type FactorReset = UserCard["factor_reset"];
export type FactorStep = "ask" | "confirm" | "drop";
export type BaseRole = UserRow["role"];

/** undefined: the person's own company. */
export type CompanyID = number | undefined;
const of = (company: CompanyID) => (company ? { company_id: company } : {});

export const useUsers = (company: CompanyID, q: string) =>
  useQuery({
    queryKey: ["users", company, q],
    queryFn: () => take(api.GET("/api/v1/users", { params: { query: { ...of(company), ...(q ? { q } : {}) } } })),
    placeholderData: (before) => before,
  });

export const useUser = (company: CompanyID, id: number) =>
  useQuery({
    queryKey: ["users", company, "card", id],
    queryFn: () => take(api.GET("/api/v1/users/{id}", { params: { path: { id }, query: of(company) } })),
  });

export const useRoles = (company: CompanyID) =>
  useQuery({
    queryKey: ["roles", company],
    queryFn: () => take(api.GET("/api/v1/roles", { params: { query: of(company) } })),
  });

export const useInvitations = (company: CompanyID) =>
  useQuery({
    queryKey: ["invitations", company],
    queryFn: () => take(api.GET("/api/v1/invitations", { params: { query: of(company) } })),
  });

export const useChoices = (company: CompanyID) =>
  useQuery({
    queryKey: ["rights-choices", company],
    queryFn: () => take(api.GET("/api/v1/rights/choices", { params: { query: of(company) } })),
  });

/** A change after which these lists are fetched again. */
function useChange<I, O>(change: (input: I) => Promise<O>, ...lists: string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(lists.map((l) => client.invalidateQueries({ queryKey: [l] }))),
  });
}

export const useInvite = (company: CompanyID) =>
  useChange(
    (body: NewInvitation) => take(api.POST("/api/v1/invitations", { params: { query: of(company) }, body })),
    "invitations",
  );
export const useResend = (company: CompanyID) =>
  useChange(
    (id: number) => take(api.POST("/api/v1/invitations/{id}/resend", { params: { path: { id }, query: of(company) } })),
    "invitations",
  );
export const useRevoke = (company: CompanyID) =>
  useChange(
    (id: number) => take(api.POST("/api/v1/invitations/{id}/revoke", { params: { path: { id }, query: of(company) } })),
    "invitations",
  );

const user = (company: CompanyID, id: number) => ({ params: { path: { id }, query: of(company) } });

export const useSetRole = (company: CompanyID, id: number) =>
  useChange(
    (body: S["UserRole"]) => take(api.PUT("/api/v1/users/{id}/role", { ...user(company, id), body })),
    "users",
    "roles",
  );
export const useSetGrants = (company: CompanyID, id: number) =>
  useChange(
    (body: S["UserGrants"]) => take(api.PUT("/api/v1/users/{id}/grants", { ...user(company, id), body })),
    "users",
  );
export const useSetDesk = (company: CompanyID, id: number) =>
  useChange((body: S["UserDesk"]) => take(api.PUT("/api/v1/users/{id}/desk", { ...user(company, id), body })), "users");
export const useBlock = (company: CompanyID, id: number) =>
  useChange(
    (shut: boolean) =>
      take(
        shut
          ? api.POST("/api/v1/users/{id}/block", user(company, id))
          : api.POST("/api/v1/users/{id}/unblock", user(company, id)),
      ),
    "users",
  );
export const useRemoveUser = (company: CompanyID, id: number) =>
  useChange(() => take(api.POST("/api/v1/users/{id}/remove", user(company, id))), "users", "roles");
export const useEndSessions = (company: CompanyID, id: number) =>
  useChange(
    (session: number | undefined) =>
      take(
        api.POST("/api/v1/users/{id}/sessions/end", {
          ...user(company, id),
          body: session ? { session_id: session } : {},
        }),
      ),
    "users",
  );

/** A step of taking a user's lost second factor away. */
export const useFactor = (company: CompanyID, id: number) =>
  useChange((way: FactorStep) => take(api.POST(`/api/v1/users/{id}/second-factor/${way}`, user(company, id))), "users");
export const useColleagueFactor = (id: number) =>
  useChange(
    (way: FactorStep) => take(api.POST(`/api/v1/colleagues/{id}/second-factor/${way}`, { params: { path: { id } } })),
    "colleagues",
  );

export const useKeepRole = (company: CompanyID) =>
  useChange(
    ({ id, ...body }: RoleForm & { id: number | null }) =>
      take(
        id
          ? api.PUT("/api/v1/roles/{id}", { ...user(company, id), body })
          : api.POST("/api/v1/roles", { params: { query: of(company) }, body }),
      ),
    "roles",
    "users",
  );
export const useRemoveRole = (company: CompanyID) =>
  useChange((id: number) => take(api.DELETE("/api/v1/roles/{id}", user(company, id))), "roles");

// One's own ways in.

export const useSecurity = () =>
  useQuery({ queryKey: ["my-security"], queryFn: () => take(api.GET("/api/v1/me/security")) });
/** Whether somebody wants to take my second factor away, or has; a change of the session's rights asks again. */
export const useMyReset = () =>
  useQuery({ queryKey: ["my-factor-reset"], queryFn: () => take(api.GET("/api/v1/me/second-factor")) });
export const useRefuseMyReset = () =>
  useChange(() => take(api.POST("/api/v1/me/second-factor/refuse")), "my-factor-reset");
export const useSeenMyReset = () => useChange(() => take(api.POST("/api/v1/me/second-factor/seen")), "my-factor-reset");
export const useMySessions = () =>
  useQuery({ queryKey: ["my-sessions"], queryFn: () => take(api.GET("/api/v1/me/sessions")) });
export const useEndMySession = () =>
  useChange(
    (id: number) => take(api.POST("/api/v1/me/sessions/{id}/end", { params: { path: { id } } })),
    "my-sessions",
  );
export const useEndOthers = () => useChange(() => take(api.POST("/api/v1/me/sessions/end-others")), "my-sessions");
export const useChangePassword = () =>
  useChange((body: S["PasswordChange"]) => take(api.POST("/api/v1/me/password", { body })), "my-sessions");
export const useStartTOTP = () =>
  useChange((password: string) => take(api.POST("/api/v1/me/totp", { body: { password } })));
export const useConfirmTOTP = () =>
  useChange(
    (code: string) => take(api.POST("/api/v1/me/totp/confirm", { body: { code } })),
    "my-security",
    "my-sessions",
  );
export const useRemoveTOTP = () =>
  useChange((password: string) => take(api.POST("/api/v1/me/totp/remove", { body: { password } })), "my-security");
export const useNewCodes = () =>
  useChange((password: string) => take(api.POST("/api/v1/me/totp/codes", { body: { password } })), "my-security");
export const useRemovePasskey = () =>
  useChange(
    (id: number) => take(api.POST("/api/v1/me/passkeys/{id}/remove", { params: { path: { id } } })),
    "my-security",
  );

/** Makes a key in the browser and keeps it; null when the person gave up. */
export const useAddPasskey = () =>
  useChange(async ({ password, name }: { password: string; name: string }): Promise<Passkey | null> => {
    const { challenge, options } = await take(api.POST("/api/v1/me/passkeys/start", { body: { password } }));
    const credential = await makePasskey(options);
    if (!credential) return null;
    return take(api.POST("/api/v1/me/passkeys", { body: { challenge, credential, name } }));
  }, "my-security");

// For who holds a link.

export const useInvitation = (token: string) =>
  useQuery({
    queryKey: ["invitation", token],
    queryFn: () => take(api.POST("/api/v1/invitation/look", { body: { token } }), { quiet401: true }),
    retry: false,
    staleTime: Infinity,
  });

/** Makes a login by the link and signs in; `password` null: by a key of this device. Null when the person gave up. */
export function useAccept(token: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ login, password }: { login: string; password: string | null }) => {
      const body = { token, login };
      if (password !== null)
        return enter(
          client,
          await take(api.POST("/api/v1/invitation/accept", { body: { ...body, password } }), { quiet401: true }),
        );
      const { challenge, options } = await take(api.POST("/api/v1/invitation/passkey", { body }), { quiet401: true });
      const credential = await makePasskey(options);
      if (!credential) return null;
      return enter(
        client,
        await take(api.POST("/api/v1/invitation/accept", { body: { ...body, challenge, credential } }), {
          quiet401: true,
        }),
      );
    },
  });
}

/** Joins one more company with the login one has. */
export function useJoin(token: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const me = enter(client, await take(api.POST("/api/v1/invitation/join", { body: { token } })));
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      return me;
    },
  });
}

// Our own people.

export const useTeams = () => useQuery({ queryKey: ["teams"], queryFn: () => take(api.GET("/api/v1/teams")) });
export const useKeepTeam = () =>
  useChange(
    ({ id, ...body }: S["TeamForm"] & { id: number | null }) =>
      take(
        id ? api.PUT("/api/v1/teams/{id}", { params: { path: { id } }, body }) : api.POST("/api/v1/teams", { body }),
      ),
    "teams",
    "colleagues",
  );
export const useRemoveTeam = () =>
  useChange(
    (id: number) => take(api.DELETE("/api/v1/teams/{id}", { params: { path: { id } } })),
    "teams",
    "colleagues",
  );
export const useColleagues = (q: string) =>
  useQuery({
    queryKey: ["colleagues", q],
    queryFn: () => take(api.GET("/api/v1/colleagues", { params: { query: q ? { q } : {} } })),
    placeholderData: (before) => before,
  });
export const useChangeColleague = () =>
  useChange(
    ({ id, ...body }: S["ColleagueForm"] & { id: number }) =>
      take(api.PUT("/api/v1/colleagues/{id}", { params: { path: { id } }, body })),
    "colleagues",
    "teams",
  );
export const useEndColleague = () =>
  useChange(
    (id: number) => take(api.POST("/api/v1/colleagues/{id}/sessions/end", { params: { path: { id } } })),
    "colleagues",
  );
export const useInviteColleague = () =>
  useChange((body: S["NewColleague"]) => take(api.POST("/api/v1/colleagues/invitations", { body })), "colleagues");
export const useResendColleague = () =>
  useChange(
    (id: number) => take(api.POST("/api/v1/colleagues/invitations/{id}/resend", { params: { path: { id } } })),
    "colleagues",
  );
export const useRevokeColleague = () =>
  useChange(
    (id: number) => take(api.POST("/api/v1/colleagues/invitations/{id}/revoke", { params: { path: { id } } })),
    "colleagues",
  );
