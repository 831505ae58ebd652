import type { LinkProps } from "@tanstack/react-router";
import type { Permission } from "../session/session";
import type { ru } from "./words/ru";

/** A page of the settings: who may open it, and its word in words/ru.ts `setting`. */
export type Section = { to: NonNullable<LinkProps["to"]>; word: keyof typeof ru.setting; permission: Permission };

/** The pages of the settings by what they are about, in the order of setting a company up. */
export const sections: readonly { word: keyof typeof ru.settingGroup; pages: readonly Section[] }[] = [
  {
    word: "company",
    pages: [
      { to: "/settings/readiness", word: "readiness", permission: "company.read" },
      { to: "/settings/houses", word: "houses", permission: "building.read" },
      { to: "/settings/contacts", word: "contacts", permission: "contact.read" },
    ],
  },
  {
    word: "people",
    pages: [
      { to: "/settings/staff", word: "staff", permission: "staff.read" },
      { to: "/settings/schedule", word: "schedule", permission: "staff.read" },
      { to: "/settings/on-duty", word: "onDuty", permission: "staff.read" },
      { to: "/settings/competents", word: "competents", permission: "staff.read" },
      { to: "/settings/users", word: "users", permission: "user.read" },
      { to: "/settings/roles", word: "roles", permission: "user.read" },
    ],
  },
  {
    word: "work",
    pages: [
      { to: "/settings/reasons", word: "reasons", permission: "reason.read" },
      { to: "/settings/suppliers", word: "suppliers", permission: "supplier.read" },
      { to: "/settings/routing", word: "routing", permission: "company.read" },
      { to: "/settings/coverage", word: "coverage", permission: "company.read" },
      { to: "/settings/calling", word: "calling", permission: "company.read" },
      { to: "/settings/tags", word: "tags", permission: "company.write" },
      { to: "/settings/postpone-reasons", word: "postponeReasons", permission: "company.write" },
    ],
  },
  {
    word: "phones",
    pages: [
      { to: "/settings/announcements", word: "announcements", permission: "announcement.edit" },
      { to: "/settings/recordings", word: "recordings", permission: "company.read" },
    ],
  },
  {
    word: "programs",
    pages: [
      { to: "/settings/api", word: "api", permission: "user.read" },
      { to: "/settings/webhooks", word: "webhooks", permission: "user.read" },
    ],
  },
  { word: "control", pages: [{ to: "/settings/audit", word: "audit", permission: "audit.read" }] },
  {
    word: "platform",
    pages: [
      { to: "/settings/companies", word: "companies", permission: "platform.operate" },
      { to: "/settings/trunks", word: "trunks", permission: "platform.operate" },
      { to: "/settings/desk-phones", word: "deskPhones", permission: "desk.supervise" },
      { to: "/settings/teams", word: "teams", permission: "platform.operate" },
      { to: "/settings/queue", word: "queue", permission: "queue.write" },
    ],
  },
];
