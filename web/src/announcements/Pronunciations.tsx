import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { Failed, Panel } from "../ui/blocks";
import { Refused, useRefusal, useSaid } from "../ui/settings";
import { useDropPronunciation, usePronunciations, useSetPronunciation } from "./api";
import { useWords } from "./words";

/** How words are said: one's own over the platform's. */
export function Pronunciations() {
  const w = useWords();
  const said = useSaid();
  const words = usePronunciations();
  const set = useSetPronunciation();
  const drop = useDropPronunciation();
  const [word, setWord] = useState("");
  const [say, setSay] = useState("");
  const refusal = useRefusal(set.error);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    set.mutate(
      { company_id: words.data?.company_id ?? 0, word, say },
      {
        onSuccess: () => {
          setWord("");
          setSay("");
          said(w.wordSaved);
        },
      },
    );
  };
  const items = words.data?.items ?? [];
  return (
    <Panel title={w.words}>
      <div className="col">
        <p className="quiet">{w.wordsAbout}</p>
        {words.isError && !words.data && <Failed error={words.error} retry={() => void words.refetch()} />}
        {words.data && items.length === 0 && <p className="quiet">{w.noWords}</p>}
        <ul className="said-versions">
          {items.map((p) => (
            <li key={p.id} className="row wrap">
              <b>{p.word}</b>
              <span className="grow">{p.say}</span>
              {p.is_shared ? (
                <span className="s12 t2">{w.ofPlatform}</span>
              ) : (
                <ActionIcon
                  variant="subtle"
                  aria-label={w.drop(p.word)}
                  loading={drop.isPending && drop.variables === p.id}
                  onClick={() => drop.mutate(p.id, { onSuccess: () => said(w.dropped) })}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
        <form className="row wrap said-word" onSubmit={submit} noValidate>
          <TextInput
            className="grow"
            label={w.word}
            value={word}
            maxLength={200}
            error={refusal.at("word")}
            onChange={(e) => setWord(e.currentTarget.value)}
          />
          <TextInput
            className="grow"
            label={w.say}
            value={say}
            maxLength={400}
            error={refusal.at("say")}
            onChange={(e) => setSay(e.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={set.isPending}>
            {w.add}
          </Button>
        </form>
        <Refused error={drop.error ?? (refusal.rest ? set.error : null)} />
      </div>
    </Panel>
  );
}
