import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { Refused } from "./settings";
import { useWords } from "./words";

type Props = {
  opened: boolean;
  title: string;
  /** What it would do, in words. */
  children: ReactNode;
  /** What the button does, as a verb. */
  yes: string;
  /** Of the deed: it forgets its error when the question is closed. */
  deed: { error: unknown; isPending: boolean; reset: () => void };
  onYes: () => void;
  onClose: () => void;
};

/** Asks before something is lost: what happens, and the deed by its name. */
export function Asked({ opened, title, children, yes, deed, onYes, onClose }: Props) {
  const c = useWords();
  const close = () => {
    deed.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={title} centered>
      <div className="col">
        {children}
        <Refused error={deed.error} />
        <div className="row">
          <Button color="red" loading={deed.isPending} onClick={onYes}>
            {yes}
          </Button>
          <Button variant="default" onClick={close}>
            {c.cancel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
