import type { Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  title: "Sign in",
  product: "Dispatcher24",
  about: "Emergency dispatch service",
  login: "Login",
  password: "Password",
  enter: "Sign in",
  needLogin: "Enter the login",
  needPassword: "Enter the password",
  code: "Code from the app",
  codeHint:
    "Six digits from the app, or a recovery code. Neither? Ask the administrator to reset the second factor: two people do that.",
  needCode: "Enter the code",
  byKey: "Sign in with a passkey",
  returned: "The session has ended. Sign in, and the page you were on will open.",
};
