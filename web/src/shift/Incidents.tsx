import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Player } from "../player/Player";
import { useNow } from "../time/clock";
import { clockOf, momentOf, phoneOf } from "../time/format";
import { Empty } from "../ui/blocks";
import { Rest, useRefusal } from "../ui/settings";
import { useIncidents, useLookAt, type Incident } from "./api";
import { Loaded } from "./Loaded";
import { useWords } from "./words";

/** What somebody has to look into: late answers, messages nobody can answer by a call. */
export function Incidents() {
  const w = useWords().incident;
  const [looked, setLooked] = useState(false);
  const query = useIncidents(looked);
  return (
    <>
      <SegmentedControl
        value={looked ? "looked" : "open"}
        onChange={(v) => setLooked(v === "looked")}
        data={[
          { value: "open", label: w.open },
          { value: "looked", label: w.looked },
        ]}
      />
      <Loaded of={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={looked ? w.noneLooked : w.none}>{!looked && w.noneText}</Empty>
          ) : (
            <ul className="panel shift-list">
              {items.map((i) => (
                <One key={i.id} i={i} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

function One({ i }: { i: Incident }) {
  const all = useWords();
  const w = all.incident;
  const now = useNow();
  const waited = clockOf((i.waited_till ? Date.parse(i.waited_till) : now) - Date.parse(i.called_at));
  return (
    <li data-testid={`incident-${i.id}`}>
      <div className="b">{i.kind === "late_answer" ? w.late : w.message}</div>
      <div className="s13 t2">
        {[
          momentOf(i.called_at, i.zone, now),
          i.company_name || all.city,
          i.phone ? phoneOf(i.phone) : all.hidden,
          i.kind === "late_answer" && (!i.waited_till ? w.waits : i.is_answered ? w.answered : w.gaveUp)(waited),
        ]
          .filter(Boolean)
          .join(" · ")}
      </div>
      {i.recording_id !== null && <Player recordingId={i.recording_id} durationMs={i.duration_ms} />}
      {i.looked_at ? (
        <div className="s13">
          {i.note} <span className="t2">{w.by(i.looked_by, momentOf(i.looked_at, i.zone, now))}</span>
        </div>
      ) : (
        <Look id={i.id} />
      )}
    </li>
  );
}

function Look({ id }: { id: number }) {
  const w = useWords().incident;
  const look = useLookAt(id);
  const [note, setNote] = useState("");
  const refusal = useRefusal(look.error);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    look.mutate(note);
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div className="row shift-look">
        <TextInput
          className="grow"
          aria-label={w.note}
          placeholder={w.note}
          maxLength={2000}
          value={note}
          error={refusal.at("note")}
          onChange={(e) => setNote(e.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={look.isPending}>
          {w.look}
        </Button>
      </div>
      <Rest of={refusal} />
    </form>
  );
}
