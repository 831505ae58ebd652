import { Button, Modal } from "@mantine/core";
import { useWords } from "./words";

/** He leaves, and some of what he did has not come yet: it would be lost. */
export function LeaveDialog({ deeds, onStay, onLeave }: { deeds: number; onStay: () => void; onLeave: () => void }) {
  const w = useWords();
  return (
    <Modal opened onClose={onStay} title={<span className="b">{w.leave}</span>} size="sm">
      <p>{w.lose(deeds)}</p>
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button variant="default" onClick={onLeave}>
          {w.leave}
        </Button>
        <Button data-autofocus onClick={onStay}>
          {w.stay}
        </Button>
      </div>
    </Modal>
  );
}
