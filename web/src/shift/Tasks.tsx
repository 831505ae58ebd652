import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TaskRow, Wallboard } from "../api/types";
import { tasksQuery } from "../desk/queries";
import { useLang } from "../i18n/i18n";
import { useMe } from "../session/session";
import { useGiveTask, useTakeTask } from "../tasks/api";
import { useNow } from "../time/clock";
import { phoneOf, remainsOf } from "../time/format";
import { Empty } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { useWords as useShared } from "../ui/words";
import { wallboardQuery } from "../wallboard/queries";
import { Loaded } from "./Loaded";
import { useWords } from "./words";

type Seat = Wallboard["seats"][number];

/** Calls that are owed: the supervisor takes one off an operator, for another one or for himself. */
export function Tasks() {
  const w = useWords().task;
  const seats = useQuery(wallboardQuery).data?.seats ?? [];
  return (
    <Loaded of={useQuery(tasksQuery)}>
      {({ items }) =>
        !items?.length ? (
          <Empty title={w.none} />
        ) : (
          <>
            <div className="s13 t2">
              {w.about} <Link to="/tasks">{w.all}</Link>
            </div>
            <ul className="panel shift-list" aria-label={w.list}>
              {items.map((t) => (
                <One key={t.id} of={t} seats={seats} />
              ))}
            </ul>
          </>
        )
      }
    </Loaded>
  );
}

function One({ of: t, seats }: { of: TaskRow; seats: Seat[] }) {
  const w = useWords().task;
  const s = useShared();
  const me = useMe();
  const now = useNow();
  const lang = useLang();
  const said = useSaid();
  const give = useGiveTask(t.id);
  const mine = useTakeTask(t.id);
  const left = t.promise_at ? Date.parse(t.promise_at) - now : null;
  const to = (id: number, words: string) => give.mutate(id, { onSuccess: () => said(words) });
  return (
    <li className="shift-call" data-testid={`shift-task-${t.id}`}>
      <span className={left !== null && left <= 0 ? "chip emg" : "chip"}>
        {left === null ? w.noPromise : left > 0 ? w.left(remainsOf(left, lang)) : w.late(remainsOf(-left, lang))}
      </span>
      <span className="grow">
        <span className="b">{t.title || s.purpose[t.purpose]}</span>
        <span className="s13 t2 block">
          {[t.company_name, t.phones.map(phoneOf).join(", "), t.operator_name ? w.has(t.operator_name) : w.nobody]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      {t.purpose !== "announcement" && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              loading={give.isPending || mine.isPending}
              aria-label={w.giveOf(t.title)}
            >
              {w.give}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => mine.mutate(undefined, { onSuccess: () => said(w.mine) })}>{w.toMe}</Menu.Item>
            {t.operator_name && <Menu.Item onClick={() => to(0, w.free)}>{w.toFree}</Menu.Item>}
            {seats
              .filter((x) => x.user_id !== me.user.id && x.name !== t.operator_name)
              .map((x) => (
                <Menu.Item key={x.user_id} onClick={() => to(x.user_id, w.given(x.name))}>
                  {x.name}
                </Menu.Item>
              ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Refused error={give.error ?? mine.error} />
    </li>
  );
}
