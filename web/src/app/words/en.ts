import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  product: "Dispatcher24",
  mark: "D24",
  sections: "Sections",
  desk: "Desk",
  journal: "Requests",
  settings: "Settings",
  company: "Company",
  dark: "Dark theme",
  light: "Light theme",
  language: "Русский",
  signOut: "Sign out",
  me: (name) => `Signed in as ${name}`,
  lost: (time) => `The link was lost at ${time}.`,
  lostSafe: "What you typed is kept on this computer. Countdowns go on, calls are not cut.",
  restored: "The link is back",
  noScreen: "There is no such page",
  toStart: "To the first page",
  broken: "The screen broke",
  reload: "Open again",
};
