import type { ru } from "./ru";

/** Words of the desk phones in English. */
export const en: typeof ru = {
  title: "Desk phones",
  about:
    "IP phones on operators' desks. Each has an account of its own: its name, password and the server's address are typed into the phone.",
  failed: "The phones did not load",
  empty: "No phones",
  emptyText: "Give an operator a phone: the password is shown once and typed into the phone.",
  off: "The phone engine does not listen to desk phones now: the address is the setting D24_DESK_PHONES (docs/operations.md).",
  at: (at: string) => `The server's address for phones: ${at}`,
  make: "Add a phone",
  whose: "Whose phone",
  choose: "Choose an operator",
  nobody: "All operators have phones already.",
  login: (name: string) => `name ${name}`,
  made: (by: string, at: string) => `added by ${by} ${at}`,
  resetAt: (at: string) => `password changed ${at}`,
  registered: (from: string, at: string) => `registered from ${from}, ${at}`,
  away: "not registered",
  reset: "New password",
  resetTitle: (name: string) => `Change the password of the phone: ${name}?`,
  resetText: "The phone goes off and stays so until the new password is typed into it.",
  withdraw: "Withdraw",
  withdrawTitle: (name: string) => `Withdraw the phone: ${name}?`,
  withdrawText: "The phone goes off within seconds. This account cannot be given back; another can be made.",
  withdrawn: (name: string) => `Phone withdrawn: ${name}`,
  shownTitle: (name: string) => `Phone: ${name}`,
  shownOnce: "Type this into the phone now: the password is shown nowhere again. Lost it? Change it.",
  server: "Server",
  user: "User name",
  password: "Password",
  copy: "Copy the password",
  copied: "Copied",
  done: "Done",
  bans: "Shut out for guessing passwords",
  bansText:
    "Passwords were guessed from these addresses; nobody listens to them until the time shown. Registered phones behind the same address work.",
  ban: (guesses: number, since: string, until: string) =>
    `from ${since} until ${until}, wrong passwords: ${String(guesses)}`,
  lift: "Lift the ban",
  lifted: (address: string) => `The ban is being lifted: ${address}`,
};
