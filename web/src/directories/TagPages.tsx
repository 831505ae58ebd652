import { ActionIcon, Button, Select, Skeleton, TextInput } from "@mantine/core";
import { IconArchive, IconArrowDown, IconArrowUp, IconPencil, IconRestore } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { may, useMe } from "../session/session";
import { Empty, Failed, Note, Panel, useErrorText } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useAddTag, useChangeTag, useTags, type Colour, type List, type Tag } from "./api";
import { useWords } from "./words";
import "./tags.css";

/** A company's labels. */
export function TagsPage() {
  return <TagListPage list="tags" />;
}

/** A company's reasons of deferral. */
export function PostponeReasonsPage() {
  return <TagListPage list="postpone-reasons" />;
}

/** One list: a form at the top, rows in the order people choose from, the archive below. */
export function TagListPage({ list }: { list: List }) {
  const w = useWords();
  const me = useMe();
  const company = me.company?.id ?? 0;
  const words = list === "tags" ? w.tags : w.postpone;
  const tags = useTags(list, company);
  const canWrite = may(me, "company.write");
  const live = (tags.data?.items ?? []).filter((t) => !t.is_archived);
  const archived = (tags.data?.items ?? []).filter((t) => t.is_archived);
  return (
    <SettingsPage title={words.title} about={words.about}>
      {canWrite ? <AddForm list={list} company={company} /> : <Note>{w.readOnly}</Note>}
      {tags.isError && !tags.data ? (
        <Failed error={tags.error} title={w.failed} retry={() => void tags.refetch()} />
      ) : tags.isPending ? (
        <Late>
          <Skeleton h={120} animate={false} />
        </Late>
      ) : live.length === 0 ? (
        <Empty title={words.empty}>{words.emptyText}</Empty>
      ) : (
        <Rows list={list} company={company} rows={live} canWrite={canWrite} />
      )}
      {archived.length > 0 && (
        <Panel title={w.archiveTitle} right={<span className="s12 t2">{w.archiveNote}</span>} flush>
          <Archived list={list} company={company} rows={archived} canWrite={canWrite} />
        </Panel>
      )}
    </SettingsPage>
  );
}

function ColourSelect({ value, onChange }: { value: Colour; onChange: (c: Colour) => void }) {
  const w = useWords();
  return (
    <Select
      label={w.colour}
      w={150}
      allowDeselect={false}
      data={Object.entries(w.colours).map(([v, label]) => ({ value: v, label }))}
      value={value}
      leftSection={<span className={`tag-dot ${value}`} aria-hidden />}
      onChange={(v) => onChange((v ?? value) as Colour)} // its data are the colours
    />
  );
}

function AddForm({ list, company }: { list: List; company: number }) {
  const w = useWords();
  const words = list === "tags" ? w.tags : w.postpone;
  const add = useAddTag(list, company);
  const said = useSaid();
  const [name, setName] = useState("");
  const [colour, setColour] = useState<Colour>("blue");
  const refusal = useRefusal(add.error);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (add.isPending) return;
    add.mutate(
      { name, colour },
      {
        onSuccess: (t) => {
          setName("");
          said(w.added(t.name));
        },
      },
    );
  };
  return (
    <form className="tag-form" onSubmit={submit} noValidate>
      <TextInput
        className="grow"
        label={w.name}
        value={name}
        maxLength={80}
        error={refusal.at("name") ?? refusal.rest}
        onChange={(e) => {
          setName(e.currentTarget.value);
          if (add.error) add.reset();
        }}
      />
      <ColourSelect value={colour} onChange={setColour} />
      <Button type="submit" className="btn-primary" loading={add.isPending}>
        {words.add}
      </Button>
    </form>
  );
}

type RowsProps = { list: List; company: number; rows: Tag[]; canWrite: boolean };

function Rows({ list, company, rows, canWrite }: RowsProps) {
  const w = useWords();
  const words = list === "tags" ? w.tags : w.postpone;
  const change = useChangeTag(list, company);
  const error = useErrorText();
  const said = useSaid();
  const [editing, setEditing] = useState<number | null>(null);
  const archive = (t: Tag) =>
    change.mutate(
      { id: t.id, is_archived: true, version: t.version },
      {
        onSuccess: (now) =>
          said(words.archived(t.name), () => change.mutate({ id: t.id, is_archived: false, version: now.version })),
      },
    );
  const move = (t: Tag, to: Tag | undefined) =>
    to && change.mutate({ id: t.id, position: to.position, version: t.version });
  return (
    <>
      {change.isError && editing === null && (
        <div role="alert">
          <Note tone="plan">{error(change.error)}</Note>
        </div>
      )}
      <ul className="panel tag-rows">
        {rows.map((t, i) => (
          <li key={t.id}>
            {editing === t.id ? (
              <EditRow list={list} company={company} tag={t} onDone={() => setEditing(null)} />
            ) : (
              <>
                <span className={`tag-dot ${t.colour}`} title={w.colours[t.colour]} />
                <span className="grow">{t.name}</span>
                {canWrite && (
                  <span className="row" style={{ gap: 2 }}>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={w.up(t.name)}
                      disabled={i === 0 || change.isPending}
                      onClick={() => move(t, rows[i - 1])}
                    >
                      <IconArrowUp size={16} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={w.down(t.name)}
                      disabled={i === rows.length - 1 || change.isPending}
                      onClick={() => move(t, rows[i + 1])}
                    >
                      <IconArrowDown size={16} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={w.edit(t.name)}
                      onClick={() => {
                        change.reset();
                        setEditing(t.id);
                      }}
                    >
                      <IconPencil size={16} />
                    </ActionIcon>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="gray"
                      leftSection={<IconArchive size={16} />}
                      onClick={() => archive(t)}
                    >
                      {w.archive}
                    </Button>
                  </span>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function EditRow({ list, company, tag: t, onDone }: { list: List; company: number; tag: Tag; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const change = useChangeTag(list, company);
  const refusal = useRefusal(change.error);
  const said = useSaid();
  const [name, setName] = useState(t.name);
  const [colour, setColour] = useState<Colour>(t.colour);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    change.mutate(
      { id: t.id, name, colour, version: t.version },
      {
        onSuccess: () => {
          said(w.saved);
          onDone();
        },
      },
    );
  };
  return (
    <form
      className="tag-form grow"
      onSubmit={submit}
      noValidate
      onKeyDown={(e) => {
        if (e.key === "Escape") onDone();
      }}
    >
      <TextInput
        className="grow"
        label={w.name}
        value={name}
        maxLength={80}
        autoFocus
        error={refusal.at("name") ?? refusal.rest}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <ColourSelect value={colour} onChange={setColour} />
      <Button type="submit" className="btn-primary" loading={change.isPending}>
        {w.save}
      </Button>
      <Button variant="default" onClick={onDone}>
        {c.cancel}
      </Button>
    </form>
  );
}

function Archived({ list, company, rows, canWrite }: RowsProps) {
  const w = useWords();
  const change = useChangeTag(list, company);
  const error = useErrorText();
  const said = useSaid();
  return (
    <>
      {change.isError && (
        <div role="alert" style={{ padding: 8 }}>
          <Note tone="plan">{error(change.error)}</Note>
        </div>
      )}
      <ul className="tag-rows">
        {rows.map((t) => (
          <li key={t.id}>
            <span className={`tag-dot ${t.colour}`} aria-hidden />
            <span className="grow t2">{t.name}</span>
            {canWrite && (
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                leftSection={<IconRestore size={16} />}
                onClick={() =>
                  change.mutate(
                    { id: t.id, is_archived: false, version: t.version },
                    { onSuccess: () => said(w.restored(t.name)) },
                  )
                }
              >
                {w.restore}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
