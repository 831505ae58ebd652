import { Button, Menu } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { TicketCard } from "../api/types";
import { may, useMe } from "../session/session";
import { Panel, useErrorText } from "../ui/blocks";
import { useChoices, useLabel } from "./api";
import { useWords } from "./words";

/** Labels of the company on the request: put from its list, taken off by the cross. */
export function Labels({ ticket: t }: { ticket: TicketCard }) {
  const w = useWords();
  const say = useErrorText();
  const mayLabel = may(useMe(), "ticket.move");
  const offered = useChoices(t.company_id, mayLabel).data?.tags.filter((x) => !t.tags.some((y) => y.id === x.id)) ?? [];
  const label = useLabel(t.id);
  if (!mayLabel && t.tags.length === 0) return null;
  return (
    <Panel title={w.labels.title}>
      <div className="row wrap" style={{ gap: 6 }}>
        {t.tags.map((x) => (
          <span key={x.id} className="chip" style={{ paddingRight: mayLabel ? 2 : 7 }}>
            <span className={`tag-dot ${x.colour}`} aria-hidden />
            {x.name}
            {mayLabel && (
              <button
                type="button"
                className="bare drop"
                aria-label={w.labels.off(x.name)}
                onClick={() => label.mutate({ off: [x.id], version: t.version })}
              >
                <IconX size={13} aria-hidden />
              </button>
            )}
          </span>
        ))}
        {!mayLabel ? null : offered.length === 0 ? (
          t.tags.length === 0 && <span className="quiet">{w.labels.none}</span>
        ) : (
          <Menu position="bottom-start" shadow="md">
            <Menu.Target>
              <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} aria-hidden />}>
                {w.labels.put}
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={320} style={{ overflow: "auto" }}>
              {offered.map((x) => (
                <Menu.Item
                  key={x.id}
                  leftSection={<span className={`tag-dot ${x.colour}`} aria-hidden />}
                  onClick={() => label.mutate({ put: [x.id], version: t.version })}
                >
                  {x.name}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {label.error && <div className="field-error">{say(label.error)}</div>}
    </Panel>
  );
}
