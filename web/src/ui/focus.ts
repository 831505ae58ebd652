import { useEffect } from "react";

/**
 * Gives the focus back to what had it when a dialog that is only there while it is open goes
 * away: Mantine does so only for one that stays and is told that it is closed.
 */
export function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      requestAnimationFrame(() => {
        const nowhere = !document.activeElement || document.activeElement === document.body;
        if (nowhere && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      });
    };
  }, []);
}
