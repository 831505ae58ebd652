import { useLayoutEffect, useRef } from "react";

/** Whether the person is typing: single letters and arrows then belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/**
 * Keys of a screen by `event.code`, so that the layout (Russian or Latin) does not matter: { "ctrl+Enter": save, Slash: search }.
 * Order of modifiers: ctrl, shift (⌘ counts as ctrl). Keys without ctrl and not F1–F24 are left alone while a person types.
 */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>, on = true): void {
  const latest = useRef(keys);
  // Before the person sees what is new: a key pressed in the very moment is of what he sees.
  useLayoutEffect(() => {
    latest.current = keys;
  });
  useLayoutEffect(() => {
    if (!on) return;
    const hear = (event: KeyboardEvent) => {
      const ctrl = event.ctrlKey || event.metaKey;
      const name = `${ctrl ? "ctrl+" : ""}${event.shiftKey ? "shift+" : ""}${event.code}`;
      const act = latest.current[name];
      if (!act || event.altKey || event.isComposing) return;
      if (!ctrl && !/^F\d/.test(event.code) && isTyping(event.target)) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [on]);
}
