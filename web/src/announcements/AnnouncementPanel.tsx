import { Button, FileButton, SegmentedControl, Textarea } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useRef, useState, type FormEvent } from "react";
import { phoneOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { Refused, useRefusal, useSaid } from "../ui/settings";
import { sampleOf, soundOf, useGiveBack, useRecord, useSay, type Announcement, type Line } from "./api";
import { Hear } from "./Hear";
import { History } from "./History";
import { MovedTo } from "./MovedTo";
import { Recorder } from "./Recorder";
import { forServer } from "./wav";
import { useWords } from "./words";

const MOST = 20 * 1024 * 1024;

/** One announcement: its words and variables, its phrase, which of the two sounds, and what it was before. */
export function AnnouncementPanel({ row, lines = [] }: { row: Announcement; lines?: readonly Line[] }) {
  const w = useWords();
  const line = lines.find((l) => l.id === row.line_id);
  const is = row.kind === "day" ? { title: phoneOf(row.phone), about: "" } : w.kinds[row.kind];
  const where = row.kind !== "day" ? "" : row.line_kind === "citywide" ? w.cityLine(row.city) : w.ownLine;
  return (
    <Panel title={is.title} right={<span className="s12 t2">{where}</span>}>
      <div className="col">
        {is.about && <p className="quiet">{is.about}</p>}
        {row.uses === "shared" && <Note>{w.shared(row.shared)}</Note>}
        {row.uses === "nothing" && <p className="quiet">{w.nothing}</p>}
        <Words row={row} />
        <Sound row={row} />
        {line && <MovedTo line={line} all={lines} />}
        {row.version > 0 && <History row={row} />}
      </div>
    </Panel>
  );
}

/** The words, with the variables that may stand in them. */
function Words({ row }: { row: Announcement }) {
  const w = useWords();
  const said = useSaid();
  const say = useSay(row);
  const giveBack = useGiveBack(row);
  const [text, setText] = useState(row.text);
  const [was, setWas] = useState(row.text);
  const [unsaid, setUnsaid] = useState<unknown>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  if (was !== row.text) {
    // Changed by somebody else: what is being typed stays, an untouched field follows.
    if (text === was) setText(row.text);
    setWas(row.text);
  }
  const refusal = useRefusal(say.error ?? unsaid);
  const type = (value: string) => {
    setUnsaid(null);
    setText(value);
  };
  const insert = (name: string) => {
    const f = field.current;
    const from = f?.selectionStart ?? text.length;
    const to = f?.selectionEnd ?? from;
    type(`${text.slice(0, from)}{${name}}${text.slice(to)}`);
    f?.focus();
  };
  const own = row.uses === "text" || row.uses === "sound";
  const same = text === row.text && own;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setUnsaid(null);
    say.mutate({ text, uses: row.uses === "sound" ? "sound" : "text" }, { onSuccess: () => said(w.saved) });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <Textarea
        ref={field}
        label={w.text}
        description={w.textHint}
        autosize
        minRows={2}
        maxLength={2000}
        value={text}
        error={refusal.at("text") ?? refusal.rest}
        onChange={(e) => type(e.currentTarget.value)}
      />
      <div className="row wrap" role="group" aria-label={w.variables}>
        <span className="s12 t2">{w.variables}</span>
        {row.variables.map((v) => (
          <button key={v} type="button" className="chip press" onClick={() => insert(v)}>
            {`{${v}}`}
          </button>
        ))}
      </div>
      {same && row.sample !== row.text && <p className="quiet">{w.sample(row.sample)}</p>}
      <div className="row wrap">
        <Button
          type="submit"
          variant={same ? "default" : "filled"}
          disabled={same || !text.trim()}
          loading={say.isPending}
        >
          {w.save}
        </Button>
        <Hear src={() => sampleOf(row, text)} label={w.hearWords} disabled={!text.trim()} onRefused={setUnsaid} />
        {row.kind !== "day" && own && (
          <Button
            variant="subtle"
            loading={giveBack.isPending}
            onClick={() => giveBack.mutate(undefined, { onSuccess: () => said(w.givenBack) })}
          >
            {w.giveBack}
          </Button>
        )}
      </div>
      <Refused error={giveBack.error} />
    </form>
  );
}

/** The recorded phrase: heard, uploaded, recorded here, used or laid aside. */
function Sound({ row }: { row: Announcement }) {
  const w = useWords();
  const said = useSaid();
  const record = useRecord(row);
  const say = useSay(row);
  const [wrong, setWrong] = useState<string | null>(null);
  const keep = (sound: Blob) => record.mutate(sound, { onSuccess: () => said(w.replaced) });
  const upload = async (file: File | null) => {
    if (!file) return;
    setWrong(null);
    record.reset();
    if (file.size > MOST) return setWrong(w.tooBig);
    try {
      keep(await forServer(file));
    } catch {
      setWrong(w.unread);
    }
  };
  const p = row.phrase;
  const length = p ? w.seconds((p.duration_ms / 1000).toFixed(1)) : "";
  return (
    <>
      <div className="row wrap">
        {p && (row.uses === "text" || row.uses === "sound") ? (
          <SegmentedControl
            aria-label={w.uses}
            value={row.uses}
            disabled={say.isPending}
            onChange={(v) =>
              say.mutate({ text: row.text, uses: v === "sound" ? "sound" : "text" }, { onSuccess: () => said(w.saved) })
            }
            data={[
              { value: "text", label: w.useText },
              { value: "sound", label: w.useSound },
            ]}
          />
        ) : null}
        <span className="grow">{!p ? w.noPhrase : p.is_lost ? w.lost : w.phrase(length)}</span>
        {row.uses === "sound" && <Hear src={soundOf(row)} />}
        <FileButton accept=".wav,.mp3,.ogg,.oga,.opus,.m4a,.webm,.flac,audio/*" onChange={(f) => void upload(f)}>
          {(props) => (
            <Button {...props} variant="default" loading={record.isPending} leftSection={<IconUpload size={16} />}>
              {w.upload}
            </Button>
          )}
        </FileButton>
        <Recorder onKeep={keep} busy={record.isPending} />
      </div>
      <p className="s12 t2">{w.uploadHint}</p>
      {wrong && <Note tone="emg">{wrong}</Note>}
      {!wrong && <Refused error={record.error ?? say.error} />}
    </>
  );
}
