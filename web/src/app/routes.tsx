import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, Outlet, redirect, useNavigate } from "@tanstack/react-router";
import { LoginPage } from "../login/LoginPage";
import { meQuery } from "../session/session";
import { Shell } from "./Shell";
import { Broken, NoScreen } from "./Trouble";

type Context = { client: QueryClient };

/** The top of all routes. */
export const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NoScreen,
  errorComponent: Broken,
});

/** Only a path of ours: an address from outside must not be opened after login. */
function ownPath(back: unknown): string | undefined {
  return typeof back === "string" && /^\/(?![/\\])/.test(back) && !back.startsWith("/login") ? back : undefined;
}

/** The door. */
export const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { back?: string } => {
    const back = ownPath(search.back);
    return back ? { back } : {};
  },
  component: function Login() {
    const { back } = login.useSearch();
    const navigate = useNavigate();
    return <LoginPage returning={back !== undefined} onDone={() => void navigate({ href: back ?? "/" })} />;
  },
});

/** Everything behind the door, in the frame. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    const me = await context.client.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { back: location.href } });
    return { me };
  },
  component: Shell,
});
