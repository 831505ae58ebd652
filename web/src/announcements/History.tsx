import { Button, Collapse, Skeleton } from "@mantine/core";
import { useState } from "react";
import { shortOf } from "../time/format";
import { useNow } from "../time/clock";
import { Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, useSaid } from "../ui/settings";
import { soundOf, useRestore, useVersions, type Announcement, type Version } from "./api";
import { Hear } from "./Hear";
import { useWords } from "./words";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What an announcement was before, and the way back. */
export function History({ row }: { row: Announcement }) {
  const w = useWords();
  const said = useSaid();
  const [open, setOpen] = useState(false);
  const kept = useVersions(row, open);
  const restore = useRestore(row);
  const now = useNow();
  const text = (v: Version) =>
    v.uses === "sound" ? w.sound(w.seconds((v.sound_ms / 1000).toFixed(1))) : v.uses === "text" ? v.text : w.off;
  return (
    <div>
      <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={() => setOpen((o) => !o)}>
        {w.history}
      </Button>
      <Collapse expanded={open}>
        {kept.isError && <Failed error={kept.error} retry={() => void kept.refetch()} />}
        {kept.isPending && open && (
          <Late>
            <Skeleton h={40} animate={false} />
          </Late>
        )}
        <ul className="said-versions">
          {(kept.data?.items ?? []).slice(1).map((v) => (
            <li key={v.version} className="row wrap">
              <span className="s12 t2 nw">
                {w.version(v.version, v.made_by || w.first, shortOf(v.made_at, ZONE, now))}
              </span>
              <span className="grow">{text(v)}</span>
              {v.uses === "sound" && <Hear src={soundOf(row, v.version)} />}
              <Button
                size="compact-sm"
                variant="default"
                loading={restore.isPending && restore.variables === v.version}
                onClick={() => restore.mutate(v.version, { onSuccess: () => said(w.restored) })}
              >
                {w.restore}
              </Button>
            </li>
          ))}
        </ul>
        <Refused error={restore.error} />
      </Collapse>
    </div>
  );
}
