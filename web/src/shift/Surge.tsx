import { Button } from "@mantine/core";
import { IconSpeakerphone } from "@tabler/icons-react";
import { useState } from "react";
import { RaiseNotice, type From } from "../notices/RaiseNotice";
import { may, useMe } from "../session/session";
import { Note } from "../ui/blocks";
import type { LiveCall } from "./api";
import { useWords } from "./words";

/** So many calls of one house at once are likely to be about one thing. */
const MANY = 3;

interface Place {
  company: number;
  house: number;
  name: string;
  calls: number;
}

/** Houses many call from now, the most calls first. */
export function crowded(calls: readonly LiveCall[]): Place[] {
  const places = new Map<number, Place>();
  for (const c of calls) {
    if (!c.is_inbound || !c.company_id || !c.building_id || !c.house) continue;
    const p = places.get(c.building_id) ?? { company: c.company_id, house: c.building_id, name: c.house, calls: 0 };
    places.set(c.building_id, { ...p, calls: p.calls + 1 });
  }
  return [...places.values()].filter((p) => p.calls >= MANY).sort((a, b) => b.calls - a.calls);
}

/** A notice on the queue: callers hear it within seconds. */
export function RaiseButton() {
  const w = useWords().surge;
  const [from, setFrom] = useState<From | null>(null);
  if (!may(useMe(), "notice.write")) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconSpeakerphone size={16} aria-hidden />}
        data-testid="shift-notice"
        onClick={() => setFrom({})}
      >
        {w.raise}
      </Button>
      <RaiseNotice from={from} onClose={() => setFrom(null)} />
    </>
  );
}

/** Says which houses many call from, with the notice one press away. */
export function Surge({ calls }: { calls: readonly LiveCall[] }) {
  const w = useWords().surge;
  const [from, setFrom] = useState<From | null>(null);
  const allowed = may(useMe(), "notice.write");
  const places = crowded(calls);
  if (places.length === 0) return null;
  return (
    <Note tone="plan">
      {places.map((p) => (
        <div key={p.house} className="row wrap" data-testid={`surge-${p.house}`}>
          <span className="grow">{w.many(p.name, p.calls)}</span>
          {allowed && (
            <Button size="xs" variant="default" onClick={() => setFrom({ company: p.company, house: p.house })}>
              {w.raiseHere}
            </Button>
          )}
        </div>
      ))}
      <RaiseNotice from={from} onClose={() => setFrom(null)} />
    </Note>
  );
}
