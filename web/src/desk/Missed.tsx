import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { MyDesk } from "../api/types";
import { usePhone, usePhoneView } from "../softphone/useSoftphone";
import { useNow } from "../time/clock";
import { clockOf, phoneOf, timeOf } from "../time/format";
import { Panel, useErrorText } from "../ui/blocks";
import { myQuery } from "./queries";
import { useWords } from "./words";

type Ring = MyDesk["missed"][number];

/** Calls that rang here and were not taken here: what became of the callers, and a key to call back. */
export function Missed() {
  const w = useWords();
  const { data } = useQuery(myQuery);
  const items = data?.missed ?? [];
  if (items.length === 0) return null;
  const open = items.filter((m) => m.can_call || m.fate === "waits").length;
  return (
    <Panel flush title={w.missed.title} right={open > 0 ? <span className="cnt">{open}</span> : undefined}>
      <ul className="plain-list missed-rings" data-testid="missed-rings">
        {items.map((m) => (
          <Line key={m.key} ring={m} zone={data?.zone ?? "UTC"} />
        ))}
      </ul>
    </Panel>
  );
}

function Line({ ring: m, zone }: { ring: Ring; zone: string }) {
  const w = useWords();
  const fate = useFate(m, zone);
  const who = m.phone ? phoneOf(m.phone) : w.idle.hidden;
  const why = w.missed.why[m.why];
  return (
    <li className="row">
      <span className="num t2">{timeOf(m.at, zone)}</span>
      <div className="grow">
        <div>
          {who}
          <span className="t2"> {m.company_name && `· ${m.company_name}`}</span>
        </div>
        <div className="s12 t2">{m.rings > 1 ? w.missed.again(why, m.rings) : why}</div>
      </div>
      <span className={m.can_call || m.fate === "waits" ? "b" : "t2"}>{fate}</span>
      {m.can_call && m.task_id && <CallBack id={m.task_id} />}
    </li>
  );
}

function useFate(m: Ring, zone: string): string {
  const f = useWords().missed.fate;
  const now = useNow();
  const at = m.by_at ? timeOf(m.by_at, zone) : "";
  switch (m.fate) {
    case "waits":
      return f.waits(clockOf(now - Date.parse(m.since)));
    case "taken":
      return f.taken(m.by, at);
    case "called_back":
      return f.calledBack(m.by, at);
    case "came":
      return f.came(m.by, at);
    case "to_call":
      if (m.by) return f.calledBy(m.by);
      if (!m.can_call) return f.yours;
      return m.promise_at ? f.until(timeOf(m.promise_at, zone)) : f.toCall;
    case "not_reached":
      return f.notReached;
    case "none":
      return m.phone ? f.none : f.hidden;
  }
}

/** The call-back comes to this telephone; who is at a pause comes back to work with it. */
function CallBack({ id }: { id: number }) {
  const w = useWords();
  const client = useQueryClient();
  const errorText = useErrorText();
  const phone = usePhone();
  const { phone: p } = usePhoneView();
  const call = useMutation({
    mutationFn: () => take(api.POST("/api/v1/desk/tasks/{id}/take", { params: { path: { id } } })),
    onSuccess: () => {
      if (p.state === "pause") phone.ready();
      notifications.show({ message: w.missed.comes });
    },
    onError: (e) => notifications.show({ color: "red", message: errorText(e) }),
    onSettled: () => client.invalidateQueries({ queryKey: ["desk"] }),
  });
  return (
    <Button size="compact-sm" variant="default" loading={call.isPending} onClick={() => call.mutate()}>
      {w.missed.call}
    </Button>
  );
}
