import { Button, CopyButton } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { Note } from "../../ui/blocks";
import { useWords } from "./words";

/** A secret just made; it is shown this once. */
export function SecretShown({ secret, onDone }: { secret: string; onDone: () => void }) {
  const w = useWords();
  return (
    <div className="col">
      <Note tone="acc">{w.shownOnce}</Note>
      <output className="one-link" aria-label={w.secret}>
        {secret}
      </output>
      <p className="quiet">{w.signed}</p>
      <div className="row users-actions">
        <CopyButton value={secret}>
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
