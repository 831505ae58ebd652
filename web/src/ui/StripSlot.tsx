import { createContext, useContext, useEffect, useState, type ReactNode, type RefObject } from "react";
import { createPortal } from "react-dom";

const At = createContext<RefObject<HTMLElement | null> | null>(null);

/** The frame gives the place of the strip. */
export function StripProvider({ at, children }: { at: RefObject<HTMLElement | null>; children: ReactNode }) {
  return <At value={at}>{children}</At>;
}

/** Puts a screen's slots (`<div class="slot">`) into the strip at the top, left to right. */
export function StripSlot({ children }: { children: ReactNode }) {
  const at = useContext(At);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => setPlace(at?.current ?? null), [at]);
  return place ? createPortal(children, place) : null;
}
