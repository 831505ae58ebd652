import { Button, CopyButton } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Note } from "./blocks";
import "./settings.css";

type Words = { copy: string; copied: string; done: string };
type Props = { note: string; value: string; words: Words; onDone: () => void; children: ReactNode };

/** What is shown this once: a warning, the thing itself, and a way to take it along. */
export function Once({ note, value, words: w, onDone, children }: Props) {
  return (
    <div className="col">
      <Note tone="acc">{note}</Note>
      {children}
      <div className="row wrap once-acts">
        <CopyButton value={value}>
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

/** A secret or a link, to be read letter by letter. */
export function OneLine({ label, children }: { label: string; children: string }) {
  return (
    <output className="one-link" aria-label={label}>
      {children}
    </output>
  );
}
