import { ProfilePage } from "../users/ProfilePage";
import { useSetLang } from "./lang";

/** One's own page, with the language of the whole program. */
export function ProfileRoute() {
  return <ProfilePage setLang={useSetLang()} />;
}
