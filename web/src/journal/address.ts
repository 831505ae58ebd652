import { useRouter } from "@tanstack/react-router";
import { readSearch, type JournalSearch } from "./search";

/** The list as text, in the words of its address, and back. */
export function useAddress() {
  const { stringifySearch, parseSearch } = useRouter().options;
  return {
    textOf: (search: JournalSearch) => stringifySearch?.(search).replace(/^\?/, "") ?? "",
    read: (text: string) => readSearch(parseSearch?.(text) ?? {}),
  };
}
