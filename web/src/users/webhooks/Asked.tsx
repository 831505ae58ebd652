import { Button, Modal } from "@mantine/core";
import { Refused } from "../../ui/settings";
import { useWords as useCommon } from "../../ui/words";

type Props = {
  opened: boolean;
  title: string;
  text: string;
  yes: string;
  error: unknown;
  pending: boolean;
  onYes: () => void;
  onNo: () => void;
};

/** A question before what cannot be undone. */
export function Asked({ opened, title, text, yes, error, pending, onYes, onNo }: Props) {
  const c = useCommon();
  return (
    <Modal opened={opened} onClose={onNo} title={title} centered>
      <div className="col">
        <p className="quiet">{text}</p>
        <Refused error={error} />
        <div className="row">
          <Button color="red" loading={pending} onClick={onYes}>
            {yes}
          </Button>
          <Button variant="default" onClick={onNo}>
            {c.cancel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
