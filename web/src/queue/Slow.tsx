import { Button } from "@mantine/core";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Failed, Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useLift, useSlow } from "./api";
import { useWords } from "./words";

/** Numbers that wait longer, as nobody speaks from them (F17); a supervisor takes the mark off. */
export function Slow() {
  const w = useWords().slow;
  const { zone } = useMe();
  const now = useNow();
  const said = useSaid();
  const slow = useSlow();
  const lift = useLift();
  const refusal = useRefusal(lift.error);
  return (
    <Panel title={w.title}>
      <p className="s13 t2">{w.hint}</p>
      {slow.isError && <Failed error={slow.error} title={w.failed} retry={() => void slow.refetch()} />}
      {slow.data?.items.length === 0 && <p className="quiet">{w.none}</p>}
      {slow.data?.items.map((n) => (
        <div className="row wrap" key={n.call_id} data-testid={`slow-${n.call_id}`}>
          <span className="b nw">{phoneOf(n.phone)}</span>
          <span className="grow s13">
            {[n.company?.name ?? w.city, w.calls(n.calls), w.until(momentOf(n.until, zone, now))].join(" · ")}
          </span>
          <Button
            size="compact-sm"
            variant="default"
            loading={lift.isPending && lift.variables === n.call_id}
            onClick={() => lift.mutate(n.call_id, { onSuccess: () => said(w.lifted(phoneOf(n.phone))) })}
          >
            {w.lift}
          </Button>
        </div>
      ))}
      <Rest of={refusal} />
    </Panel>
  );
}
