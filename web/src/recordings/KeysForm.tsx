import { Button, Skeleton, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dateOf, shortOf } from "../time/format";
import { Failed, Note } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useKeyChange, useKeys, type Keys } from "./api";
import { useWords } from "./words";

type Tenant = { id: number; name: string };

/** What seals a company's recordings: another key for new ones, or none for all of them, ever. */
export function KeysForm({ company, onDone }: { company: Tenant; onDone: () => void }) {
  const w = useWords().keys;
  const query = useKeys(company.id);
  if (query.isError && !query.data) {
    return <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />;
  }
  if (!query.data) {
    return (
      <Late>
        <Skeleton h={80} animate={false} />
      </Late>
    );
  }
  return <Loaded company={company} keys={query.data} onDone={onDone} />;
}

function Loaded({ company, keys, onDone }: { company: Tenant; keys: Keys; onDone: () => void }) {
  const w = useWords().keys;
  const c = useCommon();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const change = useKeyChange(company.id);
  const refusal = useRefusal(change.error);
  const [name, setName] = useState("");
  const [ending, setEnding] = useState(false);
  const typing = ending || (keys.asked_by !== "" && !keys.is_mine);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (change.isPending) return;
    change.mutate(
      { destroy: name },
      {
        onSuccess: (left) => {
          said(left.asked_by ? w.asked : w.done);
          setEnding(false);
          setName("");
        },
      },
    );
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div className="sect">{w.title}</div>
      <div className="s13">
        {keys.since ? w.since(dateOf(keys.since, me.zone, now), keys.keys, keys.recordings) : w.none}
      </div>
      {keys.destroyed > 0 && <div className="s13 t2">{w.destroyed(keys.destroyed)}</div>}
      {keys.asked_by && keys.asked_at && (
        <Note tone="plan">
          {w.askedBy(keys.asked_by, shortOf(keys.asked_at, me.zone, now))} {keys.is_mine && w.mine}
        </Note>
      )}
      {typing && (
        <>
          <Note tone="emg">{w.danger(keys.recordings)}</Note>
          <TextInput
            label={w.name(company.name)}
            maxLength={200}
            autoComplete="off"
            value={name}
            error={refusal.at("name")}
            onChange={(e) => setName(e.currentTarget.value)}
          />
        </>
      )}
      <Rest of={refusal} />
      <div className="row wrap">
        {typing && (
          <Button type="submit" color="red" loading={change.isPending} disabled={name.trim() === ""}>
            {keys.asked_by ? w.finish : w.ask}
          </Button>
        )}
        {keys.asked_by !== "" && (
          <Button variant="default" onClick={() => change.mutate({ keep: true }, { onSuccess: () => said(w.kept) })}>
            {w.keep}
          </Button>
        )}
        {!typing && (
          <Button
            variant="default"
            onClick={() => change.mutate({ rotate: true }, { onSuccess: () => said(w.rotated) })}
          >
            {w.rotate}
          </Button>
        )}
        {!typing && keys.keys > 0 && keys.asked_by === "" && (
          <Button variant="default" onClick={() => setEnding(true)}>
            {w.destroy}
          </Button>
        )}
        <Button variant="default" onClick={onDone}>
          {c.close}
        </Button>
      </div>
    </form>
  );
}
