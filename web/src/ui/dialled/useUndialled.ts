import { useMe } from "../../session/session";
import { phoneOf } from "../../time/format";
import { isUndialled, numberOf } from "./dialled";
import { useWords } from "./words";

/** What stands at the field of a number that we do not dial; undefined: nothing to say of it. */
export function useUndialled(): { at(phone: string): string | undefined; saved(phones: readonly string[]): string } {
  const w = useWords();
  const { dial_also } = useMe();
  return {
    at: (phone) => (isUndialled(phone, dial_also) ? w.atField : undefined),
    /** What is said when they were saved all the same; "": nothing. */
    saved: (phones) => {
      const some = phones.filter((p) => isUndialled(p, dial_also));
      return some.length > 0 ? w.saved(some.map((p) => phoneOf(numberOf(p))).join(", ")) : "";
    },
  };
}
