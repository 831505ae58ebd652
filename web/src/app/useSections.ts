import { may, useMe } from "../session/session";
import { sections } from "./sections";

/** The groups of pages this person may open. */
export function useSections() {
  const me = useMe();
  return sections
    .map((g) => ({ ...g, pages: g.pages.filter((p) => may(me, p.permission)) }))
    .filter((g) => g.pages.length > 0);
}
