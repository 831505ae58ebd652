import { Button, Tabs } from "@mantine/core";
import { IconAlertTriangle, IconArchive, IconRestore } from "@tabler/icons-react";
import { useEffect, useMemo, useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import { Note, useErrorText } from "../ui/blocks";
import { KindMark } from "../ui/Kind";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { isInUse, useArchive, useReturn, useSave, type BaseField, type Card } from "./api";
import { bodyOf, emptyBody, isSame, tabOf, type Tab } from "./draft";
import { Limits } from "./Limits";
import type { PartProps } from "./part";
import { General, History, Prices, Words } from "./Parts";
import { QuestionList } from "./Questions";
import { useWords } from "./words";

type Props = {
  /** undefined: a new reason. Another version of the card is another editor: give it a key. */
  card?: Card | undefined;
  categories: readonly string[];
  canWrite: boolean;
  onDirty: (dirty: boolean) => void;
  onSaved: (card: Card) => void;
  onReload: () => void;
  /** The tab to begin with, and what hears of another: a saved reason is a new editor on the same tab. */
  tab?: string;
  onTab?: (tab: string) => void;
};

const tabs: readonly Tab[] = ["general", "limits", "questions", "words", "prices"];

/** A reason whole: what is general, limits beside the law, questions, words, prices, history. */
export function Editor({
  card,
  categories,
  canWrite,
  onDirty,
  onSaved,
  onReload,
  tab: first = "general",
  onTab,
}: Props) {
  const w = useWords();
  const start = useMemo(() => (card ? bodyOf(card) : emptyBody("")), [card]);
  const [draft, setDraft] = useState(start);
  const [tab, show] = useState(first);
  const setTab = (next: string) => {
    show(next);
    onTab?.(next);
  };
  const save = useSave();
  const said = useSaid();
  const refusal = useRefusal(save.error);
  const dirty = !isSame(draft, start);
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  const wrong = new Set(save.error instanceof ApiError ? [...save.error.fields.keys()].map(tabOf) : []);
  const part: PartProps = { draft, set: (p) => setDraft((d) => ({ ...d, ...p })), at: refusal.at };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    save.mutate(
      { card, body: draft },
      {
        onSuccess: (saved) => {
          said(card ? w.saved : w.created(saved.name));
          onDirty(false);
          onSaved(saved);
        },
        onError: (error) => {
          const field = error instanceof ApiError ? [...error.fields.keys()][0] : undefined;
          if (field) setTab(tabOf(field));
        },
      },
    );
  };
  const conflict = save.error instanceof ApiError && save.error.isConflict;
  return (
    <form className="rs-editor" onSubmit={submit} noValidate aria-label={card?.name ?? w.newTitle}>
      <header className="rs-head">
        <div className="row wrap">
          <h2 className="grow">{card ? card.name : w.newTitle}</h2>
          <KindMark kind={draft.kind} />
          {card && <span className="t2 s12">{card.code}</span>}
          {card?.is_archived && <span className="chip">{w.archived}</span>}
        </div>
        {card && <BaseLine card={card} canWrite={canWrite} dirty={dirty} onSaved={onSaved} />}
      </header>
      <Tabs value={tab} onChange={(t) => setTab(t ?? "general")} keepMounted={false}>
        <Tabs.List className="rs-tabs">
          {[...tabs, ...(card ? (["history"] as const) : [])].map((t) => (
            <Tabs.Tab
              key={t}
              value={t}
              rightSection={
                t !== "history" && wrong.has(t) ? (
                  <IconAlertTriangle size={14} color="var(--c-emg-text)" aria-label={w.tab.wrong} />
                ) : undefined
              }
            >
              {w.tab[t]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <fieldset className="rs-fields" disabled={!canWrite || (card?.is_archived ?? false)}>
          <Tabs.Panel value="general" className="col">
            <General {...part} categories={categories} />
          </Tabs.Panel>
          <Tabs.Panel value="limits" className="col">
            <Limits {...part} of={{ code: card?.code ?? "", is_own: card?.is_own ?? true }} />
          </Tabs.Panel>
          <Tabs.Panel value="questions" className="col">
            <QuestionList {...part} />
          </Tabs.Panel>
          <Tabs.Panel value="words" className="col">
            <Words {...part} />
          </Tabs.Panel>
          <Tabs.Panel value="prices" className="col">
            <Prices {...part} />
          </Tabs.Panel>
          {card && (
            <Tabs.Panel value="history">
              <History id={card.id} />
            </Tabs.Panel>
          )}
        </fieldset>
      </Tabs>
      <Rest of={refusal} />
      {conflict && (
        <div>
          <Button size="compact-sm" variant="default" onClick={onReload}>
            {w.reload}
          </Button>
        </div>
      )}
      {canWrite && (
        <footer className="rs-foot">
          {card && <ArchiveButton card={card} dirty={dirty} onSaved={onSaved} />}
          <span className="grow" />
          {dirty && <span className="s12 t2">{w.unsaved}</span>}
          {dirty && (
            <Button
              variant="default"
              onClick={() => {
                setDraft(start);
                save.reset();
              }}
            >
              {w.discard}
            </Button>
          )}
          <Button
            type="submit"
            className="btn-primary"
            loading={save.isPending}
            disabled={!dirty || (card?.is_archived ?? false)}
          >
            {w.save}
          </Button>
        </footer>
      )}
    </form>
  );
}

type CardProps = { card: Card; dirty: boolean; onSaved: (card: Card) => void };

/** What differs from the base, and the way back of each field and of all. */
function BaseLine({ card, canWrite, dirty, onSaved }: CardProps & { canWrite: boolean }) {
  const w = useWords();
  const back = useReturn();
  const said = useSaid();
  const error = useErrorText();
  if (card.is_own) return <p className="s13 t2">{w.base.own}</p>;
  if (card.differs.length === 0) return <p className="s13 t2">{w.base.same}</p>;
  const differs = card.differs as BaseField[]; // names of fields of the base
  const put = (fields: BaseField[]) =>
    back.mutate(
      { id: card.id, version: card.version, fields },
      {
        onSuccess: (saved) => {
          said(w.base.returned);
          onSaved(saved);
        },
      },
    );
  return (
    <div className="col" style={{ gap: 4 }}>
      <div className="row wrap s13">
        <span>{w.base.differs}</span>
        {differs.map((f) => (
          <span key={f} className="chip rs-differs">
            {w.base.field[f]}
            {canWrite && (
              <button
                type="button"
                className="linkish"
                disabled={dirty || back.isPending}
                aria-label={w.base.backTo(w.base.field[f])}
                onClick={() => put([f])}
              >
                {w.base.back}
              </button>
            )}
          </span>
        ))}
        {canWrite && (
          <Button size="compact-xs" variant="default" disabled={dirty} loading={back.isPending} onClick={() => put([])}>
            {w.base.all}
          </Button>
        )}
      </div>
      {card.base && card.base.name !== card.name && <div className="s12 t2">{w.base.was(card.base.name)}</div>}
      {dirty && canWrite && <div className="s12 t2">{w.base.unsaved}</div>}
      {back.isError && (
        <div role="alert">
          <Note tone="plan">{error(back.error)}</Note>
        </div>
      )}
    </div>
  );
}

/** Away with a way back; open requests are shown first. */
function ArchiveButton({ card, dirty, onSaved }: CardProps) {
  const w = useWords();
  const archive = useArchive();
  const said = useSaid();
  const error = useErrorText();
  const to = (archived: boolean, sure: boolean) =>
    archive.mutate(
      { id: card.id, version: card.version, archived, sure },
      {
        onSuccess: (saved) => {
          const undo = () =>
            archive.mutate(
              { id: saved.id, version: saved.version, archived: false, sure: false },
              { onSuccess: onSaved },
            );
          if (archived) said(w.archivedSaid(saved.name), undo);
          else said(w.restored(saved.name));
          onSaved(saved);
        },
      },
    );
  return (
    <div className="col" style={{ gap: 4 }}>
      {archive.isError && (
        <div role="alert" className="col" style={{ gap: 4 }}>
          <Note tone="plan">{error(archive.error)}</Note>
          {isInUse(archive.error) && (
            <div>
              <Button size="compact-sm" variant="default" onClick={() => to(true, true)}>
                {w.archiveAnyway}
              </Button>
            </div>
          )}
        </div>
      )}
      <div>
        <Button
          variant="subtle"
          color="gray"
          disabled={dirty}
          loading={archive.isPending}
          leftSection={card.is_archived ? <IconRestore size={16} /> : <IconArchive size={16} />}
          onClick={() => to(!card.is_archived, false)}
        >
          {card.is_archived ? w.fromArchive : w.toArchive}
        </Button>
      </div>
    </div>
  );
}
