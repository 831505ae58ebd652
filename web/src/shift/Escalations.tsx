import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useLang } from "../i18n/i18n";
import { useNow } from "../time/clock";
import { numberOf, remainsOf } from "../time/format";
import { Empty } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { useEscalations, useStepIn, type Escalation, type StepIn } from "./api";
import { Loaded } from "./Loaded";
import { useWords } from "./words";

/** Emergencies nobody has taken, and what the supervisor may do with each. */
export function Escalations() {
  const w = useWords().escalation;
  return (
    <Loaded of={useEscalations()}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={w.none} />
        ) : (
          <ul className="panel shift-list">
            {items.map((e) => (
              <Row key={e.ticket_id} e={e} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Row({ e }: { e: Escalation }) {
  const w = useWords().escalation;
  const now = useNow();
  const lang = useLang();
  const said = useSaid();
  const step = useStepIn(e.ticket_id);
  const act = (kind: StepIn) => step.mutate({ do: kind, level: e.level }, { onSuccess: () => said(w.done[kind]) });
  const left = Date.parse(e.next_at) - now;
  const what = e.is_held ? w.held : e.stage === "announcing" ? w.announcing : w.level(e.level, e.levels, e.calling);
  const then = e.is_held ? w.goesOn : e.next ? w.next(e.next) : w.all;
  return (
    <li data-testid={`escalation-${e.ticket_id}`}>
      <div className="row wrap">
        <Link to="/journal/$id" params={{ id: String(e.ticket_id) }} className="b">
          № {numberOf(e.number)} · {e.address}
        </Link>
        <span className="t2 grow">{e.reason}</span>
        <span className="chip emg">
          <IconAlertTriangle size={14} aria-hidden />
          <span className="num">{left > 0 ? remainsOf(left, lang) : w.now}</span>
        </span>
      </div>
      <div className="s13">
        {what} <span className="t2">→ {then}</span>
        {e.responsible && <span className="t2"> · {w.responsible(e.responsible)}</span>}
      </div>
      <div className="row wrap">
        <Button
          size="xs"
          variant="default"
          disabled={e.stage !== "calling"}
          loading={step.isPending}
          onClick={() => act("skip")}
        >
          {w.skip}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={!e.responsible}
          loading={step.isPending}
          onClick={() => act("responsible")}
        >
          {w.callResponsible}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={e.is_held}
          loading={step.isPending}
          onClick={() => act("take_over")}
        >
          {w.takeOver}
        </Button>
      </div>
      <Refused error={step.error} />
    </li>
  );
}
