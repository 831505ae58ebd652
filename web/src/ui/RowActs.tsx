import { Button } from "@mantine/core";
import { IconArchive, IconPencil, IconRestore } from "@tabler/icons-react";

type Words = { edit: (name: string) => string; change: string; toArchive: string; fromArchive: string };
type Props = {
  name: string;
  isArchived: boolean | undefined;
  words: Words;
  className: string;
  onOpen: () => void;
  onArchive: () => void;
};

/** What may be done with a row of a directory: changed, put away, brought back. */
export function RowActs({ name, isArchived, words: w, className, onOpen, onArchive }: Props) {
  return (
    <div className={`row ${className}`}>
      {!isArchived && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPencil size={14} />}
          aria-label={w.edit(name)}
          onClick={onOpen}
        >
          {w.change}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={isArchived ? <IconRestore size={14} /> : <IconArchive size={14} />}
        onClick={onArchive}
      >
        {isArchived ? w.fromArchive : w.toArchive}
      </Button>
    </div>
  );
}
