import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { serve, show } from "../../test/render";
import { callView } from "../softphone/fakes";
import { Outcome } from "./Outcome";
import { useCallWork } from "./useCallWork";

function Menu({ onClose, id }: { onClose: () => void; id: string }) {
  const work = useCallWork(id, "+79120004127", false);
  return <Outcome work={work} companyId={1} buildingId={null} onClose={onClose} />;
}

function open(id: string) {
  const said: unknown[] = [];
  serve({
    [`GET /api/v1/desk/calls/${id}`]: () => ({ call: callView({ key: id }), known: [], recent_calls: [], on_duty: [] }),
    [`POST /api/v1/desk/calls/${id}/dispose`]: async (_: URL, r: Request) => {
      const body = (await r.json()) as { kind: string };
      said.push(body);
      return { disposition: body.kind };
    },
    "GET /api/v1/tickets": () => ({ items: [] }),
  });
  const onClose = vi.fn();
  show(<Menu id={id} onClose={onClose} />);
  return { said, onClose, user: userEvent.setup() };
}

describe("outcome of a call", () => {
  it("4 is a wrong number, at once", async () => {
    const { said, onClose, user } = open("o-1");
    await user.keyboard("4");
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(said).toEqual([{ kind: "wrong_number" }]);
  });

  it("3 is a consultation, saved with Ctrl+Enter from the text", async () => {
    const { said, onClose, user } = open("o-2");
    await user.keyboard("3");
    const note = await screen.findByLabelText("О чём спрашивали");
    expect(note).toHaveFocus();
    await user.keyboard("показания");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(said).toEqual([{ kind: "consultation", note: "показания" }]);
  });

  it("5, and 2 without a notice, mean nothing and end nothing", async () => {
    const { said, onClose, user } = open("o-3");
    await user.keyboard("25");
    expect(screen.getByTestId("dispose-linked")).toBeInTheDocument();
    expect(said).toEqual([]);
    expect(onClose).not.toHaveBeenCalled();
  });

  it("Esc goes from the search to the menu, then back to the request", async () => {
    const { onClose, user } = open("o-4");
    await user.keyboard("1");
    expect(await screen.findByTestId("link-search")).toHaveFocus();
    await user.keyboard("25{Escape}");
    expect(await screen.findByTestId("dispose-linked")).toBeInTheDocument();
    expect(onClose).not.toHaveBeenCalled();
    expect(screen.getByTestId("outcome")).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalledOnce();
  });
});
