import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readAuditSearch } from "../audit/search";
import { signedIn } from "./routes";
import { SettingsFrame, SettingsHome } from "./SettingsFrame";

/** Everything that a company's administrator sets up; ours has the platform's part there. */
const frame = createRoute({ getParentRoute: () => signedIn, path: "/settings", component: SettingsFrame });

const home = createRoute({ getParentRoute: () => frame, path: "/", component: SettingsHome });

const audit = createRoute({
  getParentRoute: () => frame,
  path: "/audit",
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("../audit/AuditPage"), "AuditPage"),
});

const tags = createRoute({
  getParentRoute: () => frame,
  path: "/tags",
  component: lazyRouteComponent(() => import("../directories/TagPages"), "TagsPage"),
});

const postponeReasons = createRoute({
  getParentRoute: () => frame,
  path: "/postpone-reasons",
  component: lazyRouteComponent(() => import("../directories/TagPages"), "PostponeReasonsPage"),
});

// A new page: its route here, its line in sections.ts. The page stands in its feature and draws a SettingsPage.
export const settings = frame.addChildren([home, tags, postponeReasons, audit]);
