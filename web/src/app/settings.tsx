import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readAuditSearch } from "../audit/search";
import { readCompetentsSearch } from "../directories/competents/search";
import { readSuppliersSearch } from "../directories/suppliers/search";
import { readReasonsSearch } from "../reasons/search";
import { readRoutingSearch } from "../routing/search";
import { readContactsSearch } from "../contacts/api";
import { readHouseSearch, readHousesSearch } from "../houses/search";
import { readOnDutySearch, readScheduleSearch, readStaffSearch } from "../staff/search";
import { readCompany } from "../users/search";
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

const houses = createRoute({
  getParentRoute: () => frame,
  path: "/houses",
  validateSearch: readHousesSearch,
  component: lazyRouteComponent(() => import("../houses/HousesPage"), "HousesPage"),
});

const house = createRoute({
  getParentRoute: () => frame,
  path: "/houses/$id",
  validateSearch: readHouseSearch,
  component: lazyRouteComponent(() => import("../houses/HousePage"), "HousePage"),
});

const contacts = createRoute({
  getParentRoute: () => frame,
  path: "/contacts",
  validateSearch: readContactsSearch,
  component: lazyRouteComponent(() => import("../contacts/ContactsPage"), "ContactsPage"),
});

const staff = createRoute({
  getParentRoute: () => frame,
  path: "/staff",
  validateSearch: readStaffSearch,
  component: lazyRouteComponent(() => import("../staff/StaffPage"), "StaffPage"),
});

const schedule = createRoute({
  getParentRoute: () => frame,
  path: "/schedule",
  validateSearch: readScheduleSearch,
  component: lazyRouteComponent(() => import("../staff/SchedulePage"), "SchedulePage"),
});

const onDuty = createRoute({
  getParentRoute: () => frame,
  path: "/on-duty",
  validateSearch: readOnDutySearch,
  component: lazyRouteComponent(() => import("../staff/OnDutyPage"), "OnDutyPage"),
});

const reasons = createRoute({
  getParentRoute: () => frame,
  path: "/reasons",
  validateSearch: readReasonsSearch,
  component: lazyRouteComponent(() => import("../reasons/ReasonsPage"), "ReasonsPage"),
});

const competents = createRoute({
  getParentRoute: () => frame,
  path: "/competents",
  validateSearch: readCompetentsSearch,
  component: lazyRouteComponent(() => import("../directories/competents/CompetentsPage"), "CompetentsPage"),
});

const suppliers = createRoute({
  getParentRoute: () => frame,
  path: "/suppliers",
  validateSearch: readSuppliersSearch,
  component: lazyRouteComponent(() => import("../directories/suppliers/SuppliersPage"), "SuppliersPage"),
});

const routing = createRoute({
  getParentRoute: () => frame,
  path: "/routing",
  validateSearch: readRoutingSearch,
  component: lazyRouteComponent(() => import("../routing/RoutingPage"), "RoutingPage"),
});

const coverage = createRoute({
  getParentRoute: () => frame,
  path: "/coverage",
  component: lazyRouteComponent(() => import("../routing/CoveragePage"), "CoveragePage"),
});

const readiness = createRoute({
  getParentRoute: () => frame,
  path: "/readiness",
  component: lazyRouteComponent(() => import("../setup/ReadinessPage"), "ReadinessPage"),
});

const recordings = createRoute({
  getParentRoute: () => frame,
  path: "/recordings",
  component: lazyRouteComponent(() => import("../recordings/RecordingsPage"), "RecordingsPage"),
});

const calling = createRoute({
  getParentRoute: () => frame,
  path: "/calling",
  component: lazyRouteComponent(() => import("../setup/CallingPage"), "CallingPage"),
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

const announcements = createRoute({
  getParentRoute: () => frame,
  path: "/announcements",
  component: lazyRouteComponent(() => import("../announcements/AnnouncementsPage"), "AnnouncementsPage"),
});

const users = createRoute({
  getParentRoute: () => frame,
  path: "/users",
  validateSearch: readCompany,
  component: lazyRouteComponent(() => import("../users/UsersPage"), "UsersPage"),
});

const user = createRoute({
  getParentRoute: () => frame,
  path: "/users/$id",
  validateSearch: readCompany,
  component: lazyRouteComponent(() => import("../users/UserPage"), "UserPage"),
});

const roles = createRoute({
  getParentRoute: () => frame,
  path: "/roles",
  validateSearch: readCompany,
  component: lazyRouteComponent(() => import("../users/RolesPage"), "RolesPage"),
});

const tokens = createRoute({
  getParentRoute: () => frame,
  path: "/api",
  validateSearch: readCompany,
  component: lazyRouteComponent(() => import("../users/tokens/TokensPage"), "TokensPage"),
});

const apiReference = createRoute({
  getParentRoute: () => frame,
  path: "/api/reference",
  component: lazyRouteComponent(() => import("../users/tokens/ReferencePage"), "ReferencePage"),
});

const webhooks = createRoute({
  getParentRoute: () => frame,
  path: "/webhooks",
  component: lazyRouteComponent(() => import("../users/webhooks/WebhooksPage"), "WebhooksPage"),
});

const teams = createRoute({
  getParentRoute: () => frame,
  path: "/teams",
  component: lazyRouteComponent(() => import("../users/TeamsPage"), "TeamsPage"),
});

const queue = createRoute({
  getParentRoute: () => frame,
  path: "/queue",
  component: lazyRouteComponent(() => import("../queue/QueuePage"), "QueuePage"),
});

const companies = createRoute({
  getParentRoute: () => frame,
  path: "/companies",
  component: lazyRouteComponent(() => import("../companies/CompaniesPage"), "CompaniesPage"),
});

const trunks = createRoute({
  getParentRoute: () => frame,
  path: "/trunks",
  component: lazyRouteComponent(() => import("../trunks/TrunksPage"), "TrunksPage"),
});

const deskPhones = createRoute({
  getParentRoute: () => frame,
  path: "/desk-phones",
  component: lazyRouteComponent(() => import("../deskPhones/DeskPhonesPage"), "DeskPhonesPage"),
});

// A new page: its route here, its line in sections.ts. The page stands in its feature and draws a SettingsPage.
export const settings = frame.addChildren([
  routing,
  coverage,
  readiness,
  calling,
  recordings,
  home,
  houses,
  house,
  contacts,
  staff,
  schedule,
  onDuty,
  users,
  user,
  roles,
  tokens,
  apiReference,
  webhooks,
  reasons,
  suppliers,
  competents,
  tags,
  postponeReasons,
  announcements,
  audit,
  companies,
  trunks,
  deskPhones,
  teams,
  queue,
]);
