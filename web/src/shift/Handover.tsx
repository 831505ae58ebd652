import { Button, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useEnding, useGiveShift, useWithdrawShift, type Handover as Given, type Matter } from "./api";
import { History } from "./History";
import { Loaded } from "./Loaded";
import { Matters } from "./Matters";
import { TakeOver } from "./TakeOver";
import { useWords } from "./words";

/** The end of a shift: what is open with the words of who goes; the next one reads and takes it. */
export function Handover() {
  const me = useMe();
  return (
    <Loaded of={useEnding()}>
      {({ matters, given, takers }) => {
        const mine = given.find((g) => g.given_by_id === me.user.id);
        return (
          <>
            {given
              .filter((g) => g !== mine)
              .map((g) => (
                <TakeOver key={g.id} of={g} />
              ))}
            {mine ? <Waits of={mine} takers={takers} /> : <Give matters={matters} takers={takers} />}
            <History />
          </>
        );
      }}
    </Loaded>
  );
}

/** Given, and nobody has taken it: the shift is still mine. */
function Waits({ of, takers }: { of: Given; takers: string[] }) {
  const w = useWords().handover;
  const me = useMe();
  const now = useNow();
  const back = useWithdrawShift(of.id);
  const refusal = useRefusal(back.error);
  return (
    <Panel title={w.waits}>
      <div className="col">
        <Note tone="plan">{w.waitsText(momentOf(of.given_at, me.zone, now))}</Note>
        {of.note && <div className="shift-words">{of.note}</div>}
        <Takers of={takers} />
        <div className="row">
          <Button variant="default" loading={back.isPending} onClick={() => back.mutate(undefined)}>
            {w.withdraw}
          </Button>
        </div>
        <Rest of={refusal} />
      </div>
    </Panel>
  );
}

function Takers({ of }: { of: string[] }) {
  const w = useWords().handover;
  if (of.length === 0) return <Note tone="emg">{w.nobody}</Note>;
  return <div className="s13 t2">{w.takers(of.join(", "))}</div>;
}

function Give({ matters, takers }: { matters: Matter[]; takers: string[] }) {
  const w = useWords().handover;
  const said = useSaid();
  const give = useGiveShift();
  const refusal = useRefusal(give.error);
  const [note, setNote] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (give.isPending) return;
    const seen = matters.filter((m) => m.is_grave).map((m) => m.ref);
    give.mutate({ note, seen }, { onSuccess: () => said(w.given) });
  };
  return (
    <Panel title={w.give}>
      <form className="col" onSubmit={submit} noValidate>
        <div className="s13 t2">{w.about}</div>
        <Matters of={matters} />
        <Textarea
          label={w.note}
          placeholder={w.noteHint}
          autosize
          minRows={3}
          maxLength={2000}
          value={note}
          error={refusal.at("note")}
          onChange={(e) => setNote(e.currentTarget.value)}
        />
        <Takers of={takers} />
        <Rest of={refusal} />
        <div className="row">
          <Button type="submit" className="btn-primary" loading={give.isPending} data-testid="give-shift">
            {w.giveIt}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
