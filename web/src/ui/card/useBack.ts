import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { isTyping } from "../keys";

/** A list that things are opened from. */
export type List = "/journal" | "/supplier-requests" | "/calls";

/** Back to the list as it was: its filters are in the URL before this one. Esc does the same. */
export function useBack(list: List = "/journal"): () => void {
  const router = useRouter();
  const back = () => {
    if (router.history.canGoBack()) router.history.back();
    else void router.navigate({ to: list });
  };
  useEffect(() => {
    const hear = (e: KeyboardEvent) => {
      if (e.key !== "Escape" || e.defaultPrevented || isTyping(e.target)) return;
      if (document.querySelector("[role=dialog],[role=menu]")) return; // Esc closes that first
      back();
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  });
  return back;
}
