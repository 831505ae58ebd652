import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";
import type { Me } from "../api/types";
import { forgetKept } from "../offline/keep";
import { setServerTime } from "../time/clock";
import { askPasskey } from "./passkey";

/** Rights of internal/access; a screen asks `can` and hides what the person may not see. */
export type Permission =
  | "ticket.read"
  | "ticket.create"
  | "ticket.move"
  | "ticket.assign"
  | "ticket.comment"
  | "ticket.call"
  | "call.read"
  | "call.mark"
  | "recording.play"
  | "recording.download"
  | "recording.hold"
  | "building.read"
  | "building.write"
  | "staff.read"
  | "staff.write"
  | "reason.read"
  | "reason.write"
  | "contact.read"
  | "contact.write"
  | "supplier.read"
  | "supplier.write"
  | "user.read"
  | "user.write"
  | "audit.read"
  | "company.read"
  | "company.write"
  | "announcement.edit"
  | "notice.read"
  | "notice.write"
  | "emergency.read"
  | "desk.work"
  | "desk.supervise"
  | "queue.write"
  | "desk.listen"
  | "platform.operate";

let lastKnown: () => Promise<Me | null> = () => Promise.resolve(null);

/** Says who was here last when the server is not reached (a telephone without a network). */
export function whenAway(who: () => Promise<Me | null>): void {
  lastKnown = who;
}

/** He signed out without a network: the server is told as soon as it is reached. */
const LEFT = "d24.left";

async function leaveBehind(): Promise<void> {
  await take(api.POST("/api/v1/logout"), { quiet401: true }).catch((error: unknown) => {
    if (error instanceof ApiError && error.isOffline) throw error;
  });
  localStorage.removeItem(LEFT);
}

/** Who is signed in; null: nobody. The key is "me". */
export const meQuery = {
  queryKey: ["me"] as const,
  queryFn: async (): Promise<Me | null> => {
    try {
      if (localStorage.getItem(LEFT)) await leaveBehind();
      const me = await take(api.GET("/api/v1/me"), { quiet401: true });
      setServerTime(me.server_time);
      return me;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      if (error instanceof ApiError && error.isOffline) {
        if (localStorage.getItem(LEFT)) return null;
        const last = await lastKnown();
        if (last) return last;
      }
      throw error;
    }
  },
  staleTime: Infinity,
  networkMode: "always" as const, // without a network too: see whenAway
};

/** The signed-in person. Only inside the shell, where the router has made sure that there is one. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe outside the signed-in part");
  return data;
}

/** Whether the person has the right. */
export function may(me: Me, permission: Permission): boolean {
  return me.permissions.includes(permission);
}

/** Role in the company chosen; null for our own staff. */
export function roleOf(me: Me): Me["companies"][number]["role"] | null {
  return me.companies.find((c) => c.id === me.company?.id)?.role ?? null;
}

/** Signs in, and puts the person into the cache. `code`: of the authenticator, when the server asked for it. */
export async function signIn(client: QueryClient, login: string, password: string, code?: string): Promise<Me> {
  const body = { login, password, ...(code ? { code } : {}) };
  return enter(client, await take(api.POST("/api/v1/login", { body }), { quiet401: true }));
}

/** Signs in by a key of this device; null when the person gave up. */
export async function signInByPasskey(client: QueryClient): Promise<Me | null> {
  const { challenge, options } = await take(api.POST("/api/v1/login/passkey/start"), { quiet401: true });
  const credential = await askPasskey(options);
  if (!credential) return null;
  return enter(
    client,
    await take(api.POST("/api/v1/login/passkey", { body: { challenge, credential } }), { quiet401: true }),
  );
}

/** Signs out; the cache forgets everything that the next person must not see. */
export async function signOut(client: QueryClient): Promise<void> {
  localStorage.setItem(LEFT, "1");
  await leaveBehind().catch(() => undefined); // away or over: the same to him
  await forgetKept();
  client.clear();
  client.setQueryData(meQuery.queryKey, null);
}

/** Chooses another company of the person; everything is fetched anew. */
export function useChooseCompany(): (id: number) => Promise<void> {
  const client = useQueryClient();
  return async (id) => {
    const me = await take(api.POST("/api/v1/me/company", { body: { company_id: id } }));
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== "me" });
    enter(client, me);
  };
}

/** Puts a person who has just come in into the cache. */
export function enter(client: QueryClient, me: Me): Me {
  setServerTime(me.server_time);
  localStorage.removeItem(LEFT);
  client.setQueryData(meQuery.queryKey, me);
  return me;
}
