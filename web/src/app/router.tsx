import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from "@tanstack/react-router";
import { readPlace, readSearch } from "../journal/search";
import { readCallSearch } from "../calls/search";
import { readPairSearch } from "../supplierTickets/search";
import { may } from "../session/session";
import { readShift } from "../shift/search";
import { login, root, signedIn } from "./routes";
import { settings } from "./settings";
import { Broken } from "./Trouble";
import { parseSearch, stringifySearch } from "./urlsearch";

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

const wallboard = createRoute({
  getParentRoute: () => signedIn,
  path: "/wallboard",
  component: lazyRouteComponent(() => import("../wallboard/WallboardPage"), "WallboardPage"),
});

const shift = createRoute({
  getParentRoute: () => signedIn,
  path: "/shift",
  validateSearch: readShift,
  component: lazyRouteComponent(() => import("../shift/ShiftPage"), "ShiftPage"),
});

const tasks = createRoute({
  getParentRoute: () => signedIn,
  path: "/tasks",
  component: lazyRouteComponent(() => import("../tasks/TasksPage"), "TasksPage"),
});

const dashboard = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard",
  component: lazyRouteComponent(() => import("../dashboard/DashboardPage"), "DashboardPage"),
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
  validateSearch: readPlace,
  component: lazyRouteComponent(() => import("../journal/NewRequestPage"), "NewRequestPage"),
});

const ticket = createRoute({
  getParentRoute: () => signedIn,
  path: "/journal/$id",
  component: lazyRouteComponent(() => import("../journal/TicketPage"), "TicketPage"),
});

const notices = createRoute({
  getParentRoute: () => signedIn,
  path: "/notices",
  component: lazyRouteComponent(() => import("../notices/NoticesPage"), "NoticesPage"),
});

const calls = createRoute({
  getParentRoute: () => signedIn,
  path: "/calls",
  validateSearch: readCallSearch,
  component: lazyRouteComponent(() => import("../calls/CallsPage"), "CallsPage"),
});

const call = createRoute({
  getParentRoute: () => signedIn,
  path: "/calls/$id",
  component: lazyRouteComponent(() => import("../calls/CallPage"), "CallPage"),
});

const supplierTickets = createRoute({
  getParentRoute: () => signedIn,
  path: "/supplier-requests",
  validateSearch: readPairSearch,
  component: lazyRouteComponent(() => import("../supplierTickets/SupplierTicketsPage"), "SupplierTicketsPage"),
});

const supplierTicket = createRoute({
  getParentRoute: () => signedIn,
  path: "/supplier-requests/$id",
  component: lazyRouteComponent(() => import("../supplierTickets/SupplierTicketPage"), "SupplierTicketPage"),
});

const emergency = createRoute({
  getParentRoute: () => signedIn,
  path: "/emergency",
  component: lazyRouteComponent(() => import("../emergency/EmergencyPage"), "EmergencyPage"),
});

const errands = createRoute({
  getParentRoute: () => signedIn,
  path: "/errands",
  component: lazyRouteComponent(() => import("../errands/ErrandsPage"), "ErrandsPage"),
});

const notifications = createRoute({
  getParentRoute: () => signedIn,
  path: "/notifications",
  component: lazyRouteComponent(() => import("../notify/NotificationsPage"), "NotificationsPage"),
});

const profile = createRoute({
  getParentRoute: () => signedIn,
  path: "/profile",
  component: lazyRouteComponent(() => import("./ProfileRoute"), "ProfileRoute"),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: "/invite/$token",
  component: lazyRouteComponent(() => import("./InviteRoute"), "InviteRoute"),
});

const tree = root.addChildren([
  login,
  invite,
  signedIn.addChildren([
    profile,
    notifications,
    start,
    desk,
    wallboard,
    shift,
    tasks,
    dashboard,
    journal,
    newRequest,
    ticket,
    calls,
    call,
    supplierTickets,
    supplierTicket,
    emergency,
    errands,
    notices,
    settings,
  ]),
]);

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
