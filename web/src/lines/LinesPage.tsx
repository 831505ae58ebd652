import { Button, FileButton, Skeleton, Textarea } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop, IconUpload } from "@tabler/icons-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { phoneOf } from "../time/format";
import { Refused, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { soundOf, useLines, useRecordGreeting, useSayGreeting, useUnrecordGreeting, type Line } from "./api";
import { MovedTo } from "./MovedTo";
import { useWords } from "./words";

const MOST = 20 * 1024 * 1024;

/** The numbers people call and what each says before an operator answers. */
export function LinesPage() {
  const w = useWords();
  const lines = useLines();
  return (
    <SettingsPage title={w.title} about={w.about}>
      {lines.isError && !lines.data ? (
        <Failed error={lines.error} title={w.failed} retry={() => void lines.refetch()} />
      ) : !lines.data ? (
        <Late>
          <Skeleton h={180} animate={false} />
        </Late>
      ) : lines.data.items.length === 0 ? (
        <Empty title={w.empty}>{w.emptyText}</Empty>
      ) : (
        lines.data.items.map((l) => <LinePanel key={l.id} line={l} all={lines.data.items} />)
      )}
    </SettingsPage>
  );
}

/** One number: words, phrase, and a way to hear what a caller hears. */
export function LinePanel({ line, all }: { line: Line; all: readonly Line[] }) {
  const w = useWords();
  const said = useSaid();
  const say = useSayGreeting(line.id);
  const record = useRecordGreeting(line.id);
  const unrecord = useUnrecordGreeting(line.id);
  const [text, setText] = useState(line.text);
  const [was, setWas] = useState(line.text);
  const [tooBig, setTooBig] = useState(false);
  const [mark, setMark] = useState(0);
  if (was !== line.text) {
    // Changed by somebody else: what is being typed stays, an untouched field follows.
    if (text === was) setText(line.text);
    setWas(line.text);
  }
  const refusal = useRefusal(say.error);
  const changed = (message: string) => () => {
    setMark((m) => m + 1);
    said(message);
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    say.mutate(text, { onSuccess: changed(w.saved) });
  };
  const upload = (file: File | null) => {
    if (!file) return;
    setTooBig(file.size > MOST);
    if (file.size <= MOST) record.mutate(file, { onSuccess: changed(w.replaced) });
  };
  const length = line.phrase?.duration_ms ?? 0;
  return (
    <Panel
      title={phoneOf(line.phone)}
      right={
        <span className="s12 t2">
          {line.kind === "citywide" ? w.citywide(line.city) : (line.company?.name ?? w.dedicated)}
        </span>
      }
    >
      <div className="col">
        <form className="col" onSubmit={submit} noValidate>
          <Textarea
            label={w.text}
            description={w.textHint}
            autosize
            minRows={2}
            maxLength={2000}
            value={text}
            error={refusal.at("text") ?? refusal.rest}
            onChange={(e) => setText(e.currentTarget.value)}
          />
          <div>
            <Button
              type="submit"
              variant={text === line.text ? "default" : "filled"}
              disabled={text === line.text}
              loading={say.isPending}
            >
              {w.save}
            </Button>
          </div>
        </form>
        <div className="row wrap">
          <span className="grow">
            {!line.phrase ? w.noPhrase : length > 0 ? w.phrase(w.seconds((length / 1000).toFixed(1))) : w.lost}
          </span>
          <Hear src={soundOf(line, mark)} />
          <FileButton accept=".wav,audio/wav,audio/x-wav" onChange={upload}>
            {(props) => (
              <Button {...props} variant="default" loading={record.isPending} leftSection={<IconUpload size={16} />}>
                {w.upload}
              </Button>
            )}
          </FileButton>
          {line.phrase && (
            <Button
              variant="subtle"
              loading={unrecord.isPending}
              onClick={() => unrecord.mutate(undefined, { onSuccess: changed(w.backDone) })}
            >
              {w.back}
            </Button>
          )}
        </div>
        <MovedTo line={line} all={all} />
        {tooBig && <Note tone="emg">{w.tooBig}</Note>}
        {!tooBig && <Refused error={record.error ?? unrecord.error} />}
      </div>
    </Panel>
  );
}

/** Plays what a caller would hear now: the phrase, or the words in the machine's voice. */
function Hear({ src }: { src: string }) {
  const w = useWords();
  const audio = useRef<HTMLAudioElement | null>(null);
  const [state, setState] = useState<"idle" | "playing" | "failed">("idle");
  useEffect(() => () => audio.current?.pause(), [src]);
  const toggle = () => {
    if (state === "playing") {
      audio.current?.pause();
      setState("idle");
      return;
    }
    const sound = new Audio(src);
    audio.current = sound;
    sound.onended = () => setState("idle");
    sound.onerror = () => setState("failed");
    setState("playing");
    sound.play().catch(() => setState("failed"));
  };
  return (
    <>
      {state === "failed" && (
        <span role="alert" className="s12">
          {w.unheard}
        </span>
      )}
      <Button
        variant="default"
        aria-pressed={state === "playing"}
        leftSection={state === "playing" ? <IconPlayerStop size={16} /> : <IconPlayerPlay size={16} />}
        onClick={toggle}
      >
        {state === "playing" ? w.stop : w.hear}
      </Button>
    </>
  );
}
