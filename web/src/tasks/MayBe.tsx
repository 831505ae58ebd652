import { Button } from "@mantine/core";
import type { TaskCard } from "../api/types";
import { Panel } from "../ui/blocks";
import { Refused } from "../ui/settings";
import { useNamePerson } from "./api";
import { useWords } from "./words";

/** Several people share the phone: the operator asks who it is; the call is bound to the chosen one. */
export function MayBe({ card }: { card: TaskCard }) {
  const w = useWords();
  const name = useNamePerson(card.task.id);
  if (card.may_be.length === 0) return null;
  return (
    <Panel title={w.whoCalls}>
      <div className="col" data-testid="may-be">
        {card.may_be.map((m) => (
          <Button
            key={m.member_id}
            variant="default"
            h="auto"
            py={6}
            justify="flex-start"
            disabled={name.isPending}
            onClick={() => name.mutate(m.member_id)}
          >
            <span className="two-lines">
              <span className="b">{m.name}</span>
              <span className="s12">{[m.position, m.company_name].filter(Boolean).join(" · ")}</span>
            </span>
          </Button>
        ))}
        <Refused error={name.error} />
      </div>
    </Panel>
  );
}
