import { Button, Modal, Select } from "@mantine/core";
import { useState } from "react";
import { Asked } from "../ui/Asked";
import { Once } from "../ui/Once";
import { Refused, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useMakePhone, useResetPhone, useWithdrawPhone, type DeskPhone, type Made, type Person } from "./api";
import { useWords } from "./words";

type MakingProps = { opened: boolean; people: Person[]; onClose: () => void; onMade: (made: Made) => void };

/** Whose the new phone is. */
export function Making({ opened, people, onClose, onMade }: MakingProps) {
  const w = useWords();
  const c = useCommon();
  const make = useMakePhone();
  const [who, setWho] = useState<string | null>(null);
  const close = () => {
    make.reset();
    setWho(null);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={w.make} centered>
      <div className="col">
        {people.length === 0 ? (
          <p className="quiet">{w.nobody}</p>
        ) : (
          <Select
            label={w.whose}
            placeholder={w.choose}
            searchable
            data={people.map((p) => ({ value: String(p.id), label: p.name }))}
            value={who}
            onChange={setWho}
          />
        )}
        <Refused error={make.error} />
        <div className="row">
          <Button
            className="btn-primary"
            disabled={who === null}
            loading={make.isPending}
            onClick={() =>
              who &&
              make.mutate(Number(who), {
                onSuccess: (made) => {
                  close();
                  onMade(made);
                },
              })
            }
          >
            {w.make}
          </Button>
          <Button variant="default" onClick={close}>
            {c.cancel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** What is typed into the phone; the password is shown here once. */
export function Shown({ made, at, onDone }: { made: Made | null; at: string; onDone: () => void }) {
  const w = useWords();
  return (
    <Modal
      opened={made !== null}
      onClose={onDone}
      title={w.shownTitle(made?.item.user_name ?? "")}
      centered
      closeOnClickOutside={false} // what is shown once is not lost by a slip
    >
      {made && (
        <Once note={w.shownOnce} value={made.password} words={w} onDone={onDone}>
          <dl className="phones-secret s13">
            <dt>{w.server}</dt>
            <dd>{at || "—"}</dd>
            <dt>{w.user}</dt>
            <dd>{made.item.name}</dd>
            <dt>{w.password}</dt>
            <dd>{made.password}</dd>
          </dl>
        </Once>
      )}
    </Modal>
  );
}

/** What is to be done with a phone, when it is confirmed. */
export type Ask = { what: "reset" | "withdraw"; phone: DeskPhone };

/** Asks before a phone goes off. */
export function Asking({ ask, onDone, onMade }: { ask: Ask | null; onDone: () => void; onMade: (made: Made) => void }) {
  const w = useWords();
  const said = useSaid();
  const reset = useResetPhone();
  const withdraw = useWithdrawPhone();
  const name = ask?.phone.user_name ?? "";
  const resets = ask?.what === "reset";
  const go = () => {
    if (!ask) return;
    if (ask.what === "reset") {
      reset.mutate(ask.phone.id, {
        onSuccess: (made) => {
          reset.reset(); // its answer holds a password
          onDone();
          onMade(made);
        },
      });
      return;
    }
    withdraw.mutate(ask.phone.id, {
      onSuccess: () => {
        said(w.withdrawn(name));
        onDone();
      },
    });
  };
  return (
    <Asked
      opened={ask !== null}
      title={resets ? w.resetTitle(name) : w.withdrawTitle(name)}
      yes={resets ? w.reset : w.withdraw}
      deed={resets ? reset : withdraw}
      onYes={go}
      onClose={onDone}
    >
      <p className="quiet">{resets ? w.resetText : w.withdrawText}</p>
    </Asked>
  );
}
