import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/client";
import type { TicketCard } from "../api/types";
import { useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useAccept, useMove, useReassign } from "./api";
import { MoveDialog } from "./MoveDialog";
import { asks, buttonsOf, TO, type Asking, type AtOnce } from "./moves";
import { useWords } from "./words";

/** Runs the actions of a card: at once, or by a dialog; somebody else's change is said, and the card is fresh. */
export function useActions(ticket: TicketCard) {
  const w = useWords();
  const error = useErrorText();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Asking | null>(null);
  const accept = useAccept(ticket.id);
  const move = useMove(ticket.id);
  const reassign = useReassign(ticket.id);
  const done = (action: Asking | AtOnce) => notifications.show({ message: w.card.done[action], color: "accent" });
  const failed = (e: unknown) => {
    const conflict = e instanceof ApiError && e.isConflict;
    notifications.show({
      title: conflict ? w.card.taken : undefined,
      message: conflict ? `${error(e)} ${w.card.takenMore}` : error(e),
      color: conflict ? "yellow" : "red",
      autoClose: 8000,
    });
  };
  const run = (action: Asking | AtOnce) => {
    if (asks(action)) setAsking(action);
    else if (action === "accept") accept.mutate(undefined, { onSuccess: () => done(action), onError: failed });
    else if (action === "reassign") reassign.mutate(ticket.version, { onSuccess: () => done(action), onError: failed });
    else move.mutate({ to: TO[action], version: ticket.version }, { onSuccess: () => done(action), onError: failed });
  };
  const dialog = asking && (
    <MoveDialog
      key={asking}
      ticket={ticket}
      action={asking}
      onClose={() => setAsking(null)}
      onDone={(action) => {
        setAsking(null);
        done(action);
        if (action === "refuse") void navigate({ to: "/journal" }); // it is not his any more
      }}
    />
  );
  return { run, dialog, busy: accept.isPending || move.isPending || reassign.isPending };
}

/** One filled button, the rest in a menu when there are more than two. */
export function Actions({ ticket }: { ticket: TicketCard }) {
  const w = useWords();
  const c = useCommon();
  const { run, dialog, busy } = useActions(ticket);
  const { main, rest } = buttonsOf(ticket);
  const beside = rest.length > 2 ? rest.slice(0, 1) : rest;
  const more = rest.slice(beside.length);
  return (
    <div className="row">
      {more.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
              {w.card.actions}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((a) => (
              <Menu.Item key={a} onClick={() => run(a)}>
                {c.action[a]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {beside.map((a) => (
        <Button key={a} variant="default" disabled={busy} onClick={() => run(a)}>
          {c.action[a]}
        </Button>
      ))}
      {main && (
        <Button loading={busy} onClick={() => run(main)}>
          {c.action[main]}
        </Button>
      )}
      {dialog}
    </div>
  );
}
