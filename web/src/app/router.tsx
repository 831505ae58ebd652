import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useNavigate,
  type RouterHistory,
} from "@tanstack/react-router";
import { LoginPage } from "../login/LoginPage";
import { may, meQuery } from "../session/session";
import { readSearch } from "../journal/search";
import { Broken, NoScreen } from "./Trouble";
import { parseSearch, stringifySearch } from "./urlsearch";
import { Shell } from "./Shell";

type Context = { client: QueryClient };

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NoScreen,
  errorComponent: Broken,
});

/** Only a path of ours: an address from outside must not be opened after login. */
function ownPath(back: unknown): string | undefined {
  return typeof back === "string" && /^\/(?![/\\])/.test(back) && !back.startsWith("/login") ? back : undefined;
}

const login = createRoute({
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

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    const me = await context.client.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { back: location.href } });
    return { me };
  },
  component: Shell,
});

const start = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: ({ context }) => {
    throw redirect({ to: may(context.me, "desk.work") ? "/desk" : "/journal" });
  },
});

const desk = createRoute({
  getParentRoute: () => signedIn,
  path: "/desk",
  component: lazyRouteComponent(() => import("../desk/DeskPage"), "DeskPage"),
});

const journal = createRoute({
  getParentRoute: () => signedIn,
  path: "/journal",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("../journal/JournalPage"), "JournalPage"),
});

const newRequest = createRoute({
  getParentRoute: () => signedIn,
  path: "/journal/new",
  component: lazyRouteComponent(() => import("../journal/NewRequestPage"), "NewRequestPage"),
});

const ticket = createRoute({
  getParentRoute: () => signedIn,
  path: "/journal/$id",
  component: lazyRouteComponent(() => import("../journal/TicketPage"), "TicketPage"),
});

const tree = root.addChildren([login, signedIn.addChildren([start, desk, journal, newRequest, ticket])]);

/** The router; `history` is given by tests. */
export function newRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultErrorComponent: Broken,
    parseSearch,
    stringifySearch,
    ...(history ? { history } : {}),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
