import { Button, Progress } from "@mantine/core";
import type { ReactNode } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { shortOf } from "../time/format";
import { useErrorText } from "../ui/blocks";
import { fileOf, isAlive, reportOf, useOrder, type Errand } from "./api";
import { useWords } from "./words";

/** One errand: what it is, how far it is in figures that are true, and what may be done with it. */
export function ErrandLine({ errand: e, more }: { errand: Errand; more?: ReactNode }) {
  const w = useWords();
  const say = useErrorText();
  const order = useOrder(e.id);
  const looked = e.done + e.refused;
  const part = e.total > 0 ? (100 * looked) / e.total : 0;
  return (
    <div className="errand" data-testid={`errand-${e.id}`}>
      <div className="row wrap">
        <span className="b">{e.title}</span>
        <span className={e.state === "stopped" ? "chip plan" : "chip"}>{w.state[e.state]}</span>
        <span className="grow" />
        {e.can_stop && (
          <Button size="compact-sm" variant="default" loading={order.isPending} onClick={() => order.mutate("stop")}>
            {w.stop}
          </Button>
        )}
        {e.can_resume && (
          <Button size="compact-sm" variant="default" loading={order.isPending} onClick={() => order.mutate("resume")}>
            {w.resume}
          </Button>
        )}
        {e.has_report && !isAlive(e) && (
          <Button size="compact-sm" variant="default" component="a" href={reportOf(e)} download>
            {w.report}
          </Button>
        )}
        {e.file && (
          <Button size="compact-sm" component="a" href={fileOf(e)} download className="btn-primary">
            {w.file}
          </Button>
        )}
        {more}
      </div>
      {isAlive(e) && <Progress value={part} size="sm" animated={e.state === "running"} aria-label={w.title} />}
      <div className="s13 t2 num" role="status">
        <Figures errand={e} />
      </div>
      {e.note && <div className="s13">{e.note}</div>}
      {order.error && <div className="field-error">{say(order.error)}</div>}
    </div>
  );
}

function Figures({ errand: e }: { errand: Errand }) {
  const w = useWords();
  const { zone } = useMe();
  const now = useNow();
  const words = [isAlive(e) || e.state === "stopped" ? w.of(e.done + e.refused, e.total) : w.rows(e.total)];
  if (e.kind === "change") {
    words.push(w.changed(e.done));
    if (e.refused > 0) words.push(w.refused(e.refused));
  } else if (e.state === "done") {
    words.push(e.expires_at ? w.until(shortOf(e.expires_at, zone, now)) : w.expired);
  }
  words.push(shortOf(e.created_at, zone, now));
  return <>{words.join(" · ")}</>;
}
