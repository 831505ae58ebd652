import { Button, Menu } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Wallboard } from "../api/types";
import { useNow } from "../time/clock";
import { clockOf } from "../time/format";
import { Empty } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { wallboardQuery } from "../wallboard/queries";
import { useEnlist, useMove, usePostings, type MoveTo } from "./api";
import { Loaded } from "./Loaded";
import { useWords } from "./words";

type Seat = Wallboard["seats"][number];

/** Who is at his place, in which state for how long; the supervisor may put him into another. */
export function Operators() {
  const w = useWords().operator;
  return (
    <Loaded of={useQuery(wallboardQuery)}>
      {({ seats }) =>
        seats.length === 0 ? (
          <Empty title={w.none} />
        ) : (
          <ul className="panel shift-list" aria-label={w.list}>
            {seats.map((s) => (
              <One key={s.user_id} of={s} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

const moves: readonly MoveTo[] = ["ready", "pause", "off"];

function One({ of }: { of: Seat }) {
  const w = useWords().operator;
  const now = useNow();
  const said = useSaid();
  const move = useMove(of.user_id);
  const postings = usePostings();
  const enlist = useEnlist(of.user_id);
  const posting = postings.data?.operators.find((o) => o.user_id === of.user_id);
  const teams = postings.data?.teams.filter((t) => posting?.team_ids.includes(t.id)).map((t) => t.name) ?? [];
  const long = of.until !== null && Date.parse(of.until) < now;
  return (
    <li className="shift-call" data-testid={`operator-${of.user_id}`} data-long={long || undefined}>
      <span className={long ? "chip plan" : "chip"}>
        {long && <IconAlertTriangle size={14} aria-hidden />}
        {w.state[of.state]} <span className="num">{clockOf(now - Date.parse(of.since))}</span>
      </span>
      <span className="grow">
        <span className="b">{of.name}</span>
        <span className="s13 t2 block">
          {[of.company, of.reason, long && w.long, ...teams].filter(Boolean).join(" · ")}
        </span>
        {of.trouble && (
          <span className="s13 block k-emg" role="status" data-testid="trouble">
            {w.trouble[of.trouble]}
          </span>
        )}
      </span>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            loading={move.isPending || enlist.isPending}
            aria-label={w.moveOf(of.name)}
          >
            {w.move}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{w.toState}</Menu.Label>
          {moves
            .filter((m) => m !== of.state)
            .map((m) => (
              <Menu.Item key={m} onClick={() => move.mutate(m, { onSuccess: () => said(w.moved(of.name, w.to[m])) })}>
                {w.to[m]}
              </Menu.Item>
            ))}
          {posting && (
            <>
              <Menu.Divider />
              <Menu.Label>{posting.movable ? w.toTeam : w.beyond}</Menu.Label>
              {posting.movable &&
                postings.data?.teams
                  .filter((t) => posting.team_ids.length !== 1 || posting.team_ids[0] !== t.id)
                  .map((t) => (
                    <Menu.Item
                      key={t.id}
                      onClick={() => enlist.mutate(t.id, { onSuccess: () => said(w.moved(of.name, t.name)) })}
                    >
                      {t.name}
                    </Menu.Item>
                  ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Refused error={move.error ?? enlist.error} />
    </li>
  );
}
