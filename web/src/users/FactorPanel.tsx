import { Button, Modal } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Note } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import type { FactorReset, FactorStep } from "./api";
import { useWords } from "./words";

type Props = {
  name: string;
  hasFactor: boolean;
  isMe: boolean;
  reset: FactorReset;
  act: UseMutationResult<unknown, Error, FactorStep>;
};

/** A lost second factor: one administrator asks to take it away, another confirms. */
export function FactorReset({ name, hasFactor, isMe, reset, act }: Props) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const [sure, setSure] = useState(false);
  if (!reset && !hasFactor) return <p className="quiet">{w.factorNone}</p>;
  if (isMe) return <p className="quiet">{w.factorMine}</p>;
  const step = (way: FactorStep, words: string) =>
    act.mutate(way, {
      onSuccess: () => {
        setSure(false);
        said(words);
      },
    });
  if (!reset)
    return (
      <div className="col">
        <p className="quiet">{w.factorAbout}</p>
        <Refused error={act.error} />
        <div className="row wrap users-actions">
          <Button variant="default" loading={act.isPending} onClick={() => step("ask", w.factorAsked)}>
            {w.factorAsk}
          </Button>
        </div>
      </div>
    );
  const until = momentOf(reset.expires_at, me.zone, now);
  return (
    <div className="col">
      <Note tone="plan">{reset.by_me ? w.factorByMe(until) : w.factorBy(reset.asked_by, until)}</Note>
      {!sure && <Refused error={act.error} />}
      <div className="row wrap users-actions">
        {!reset.by_me && (
          <Button variant="default" onClick={() => setSure(true)}>
            {w.factorConfirm}
          </Button>
        )}
        <Button variant="default" disabled={act.isPending} onClick={() => step("drop", w.factorDropped)}>
          {reset.by_me ? w.factorDrop : w.factorRefuse}
        </Button>
      </div>
      <Modal opened={sure} onClose={() => setSure(false)} title={w.factorTitle(name)} centered>
        <div className="col">
          <p>{w.factorText}</p>
          <Refused error={act.error} />
          <div className="row">
            <Button color="red" loading={act.isPending} onClick={() => step("confirm", w.factorDone(name))}>
              {w.factorConfirm}
            </Button>
            <Button variant="default" onClick={() => setSure(false)}>
              {c.cancel}
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}
