import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { outbox } from "../offline/outbox";
import { useDeeds } from "../offline/useOutbox";
import { Empty, useErrorText } from "../ui/blocks";
import { useTakeBack } from "./api";
import { useWords } from "./words";

/** A request that has gone on to another, seen by who was called for it first: he may take it back (F34). */
export function PassedOn({ id, said }: { id: number; said: string }) {
  const w = useWords();
  const error = useErrorText();
  const back = useTakeBack(id);
  const refused = useDeeds(id).filter((d) => d.refused);
  const isOver = back.error instanceof ApiError && back.error.isConflict; // another has taken it
  const take = () =>
    back.mutate(undefined, {
      onSuccess: () => {
        for (const d of refused) void outbox.drop(d.seq); // what the strip says of it is over
        notifications.show({ message: w.card.takenBack, color: "accent" });
      },
    });
  return (
    <Empty
      title={w.card.passedOn}
      action={
        <div className="row wrap">
          {!isOver && (
            <Button h={44} loading={back.isPending} onClick={take}>
              {w.card.takeBack}
            </Button>
          )}
          <Link to="/journal">{w.card.toList}</Link>
        </div>
      }
    >
      <span role="status">{back.error ? error(back.error) : said}</span>
    </Empty>
  );
}
