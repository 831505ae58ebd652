import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useKeys } from "./keys";

function Bell({ state, act }: { state: string; act: (state: string) => void }) {
  useKeys({ F2: () => act(state) });
  return <p>{state}</p>;
}

// Outside of act, as in a browser: effects run when the page has time for them.
const world = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean | undefined };
let was: boolean | undefined;
beforeEach(() => {
  was = world.IS_REACT_ACT_ENVIRONMENT;
  world.IS_REACT_ACT_ENVIRONMENT = false;
});
afterEach(() => {
  world.IS_REACT_ACT_ENVIRONMENT = was;
});

test("a key means what is on the screen in that moment", async () => {
  const host = document.body.appendChild(document.createElement("div"));
  const root = createRoot(host);
  const act = vi.fn();
  const shows = (state: string) =>
    new Promise<void>((done) => {
      // Told in the moment of the change itself: nothing can run between it and the key.
      const watch = new MutationObserver(() => {
        if (host.textContent !== state) return;
        watch.disconnect();
        window.dispatchEvent(new KeyboardEvent("keydown", { code: "F2" }));
        done();
      });
      watch.observe(host, { childList: true, subtree: true, characterData: true });
      root.render(<Bell state={state} act={act} />);
    });
  await shows("quiet");
  await shows("ringing");
  expect(act.mock.calls).toEqual([["quiet"], ["ringing"]]);
  root.unmount();
  host.remove();
});
