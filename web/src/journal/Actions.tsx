import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/client";
import type { TicketCard, TicketMove } from "../api/types";
import type { Verb } from "../offline/deed";
import type { Sending } from "../offline/outbox";
import { useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useAccept, useMove, useReassign } from "./api";
import { MoveDialog } from "./MoveDialog";
import {
  asks,
  buttonsOf,
  places,
  sorts,
  TO,
  type Asking,
  type AtOnce,
  type Doing,
  type Placing,
  type Sorting,
} from "./moves";
import { PlaceDialog } from "./PlaceDialog";
import { SortDialog } from "./SortDialog";
import { useWords } from "./words";
import { useWork } from "./works";

/** Does it now or when there is a network; a phone has it. */
export type Later = (verb: Verb) => Promise<Sending>;

/** Runs the actions of a card: at once, or by a dialog; somebody else's change is said, and the card is fresh. */
export function useActions(ticket: TicketCard, later?: Later) {
  const w = useWords();
  const error = useErrorText();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Asking | Sorting | Placing | null>(null);
  const accept = useAccept(ticket.id);
  const move = useMove(ticket.id);
  const reassign = useReassign(ticket.id);
  const work = useWork(ticket.id);
  const done = (action: Doing) => notifications.show({ message: w.card.done[action], color: "accent" });
  const failed = (e: unknown) => {
    const conflict = e instanceof ApiError && e.isConflict;
    notifications.show({
      title: conflict ? w.card.taken : undefined,
      message: conflict ? `${error(e)} ${w.card.takenMore}` : error(e),
      color: conflict ? "yellow" : "red",
      autoClose: 8000,
    });
  };
  const [isSending, setSending] = useState(false);
  /** What the server refuses stands in the card itself (Waiting). */
  const send = async (action: Asking | AtOnce, verb: Verb) => {
    setSending(true);
    try {
      const how = await later?.(verb);
      if (how === "sent") done(action); // what waits or is refused, the strip above says
    } catch (e) {
      failed(e);
    }
    setSending(false);
  };
  const run = (action: Doing) => {
    if (asks(action) || sorts(action) || places(action)) setAsking(action);
    else if (later && action === "accept") void send(action, { verb: "accept" });
    else if (later && action === "start")
      void send(action, { verb: "move", body: { to: TO[action], version: ticket.version } });
    else if (later && (action === "resume" || action === "localise")) void send(action, { verb: action });
    else if (action === "accept") accept.mutate(undefined, { onSuccess: () => done(action), onError: failed });
    else if (action === "reassign") reassign.mutate(ticket.version, { onSuccess: () => done(action), onError: failed });
    else if (action === "resume" || action === "localise")
      work.mutate(action, { onSuccess: () => done(action), onError: failed });
    else move.mutate({ to: TO[action], version: ticket.version }, { onSuccess: () => done(action), onError: failed });
  };
  const sorting = asking && sorts(asking) && (
    <SortDialog
      key={asking}
      ticket={ticket}
      action={asking}
      onClose={() => setAsking(null)}
      onDone={() => {
        setAsking(null);
        done(asking);
      }}
    />
  );
  const placing = asking && places(asking) && (
    <PlaceDialog
      ticket={ticket}
      onClose={() => setAsking(null)}
      onDone={(card) => {
        setAsking(null);
        done(asking);
        if (card.id !== ticket.id) void navigate({ to: "/journal/$id", params: { id: String(card.id) } });
      }}
    />
  );
  const moving = asking && !sorts(asking) && !places(asking) && (
    <MoveDialog
      key={asking}
      ticket={ticket}
      action={asking}
      onClose={() => setAsking(null)}
      {...(later && asking === "done"
        ? {
            send: (body: TicketMove) => {
              setAsking(null);
              void send("done", { verb: "move", body });
            },
          }
        : {})}
      {...(later && asking === "pause"
        ? {
            pauseLater: (reason: string) => {
              setAsking(null);
              void send("pause", { verb: "pause", body: { reason } });
            },
          }
        : {})}
      onDone={(action) => {
        setAsking(null);
        done(action);
        if (action === "refuse") void navigate({ to: "/journal" }); // it is not his any more
      }}
    />
  );
  return {
    run,
    dialog: sorting || placing || moving,
    busy: accept.isPending || move.isPending || reassign.isPending || work.isPending || isSending,
  };
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
