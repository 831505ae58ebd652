import { Button, CopyButton } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Note } from "../ui/blocks";
import type { Invitation } from "./api";
import { useWords } from "./words";

/** A link just made; it is shown this once. */
export function LinkShown({ invitation: i, onDone }: { invitation: Invitation; onDone: () => void }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const link = location.origin + (i.link ?? "");
  return (
    <div className="col">
      <Note tone="acc">{w.inviteAbout}</Note>
      <div className="quiet">{w.linkFor(i.name, fullOf(i.expires_at, me.zone, now))}</div>
      <output className="one-link" aria-label={w.link}>
        {link}
      </output>
      <div className="row users-actions">
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Button leftSection={<IconCopy size={16} />} onClick={copy}>
              {copied ? w.copied : w.copy}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={onDone}>
          {w.done}
        </Button>
      </div>
    </div>
  );
}
