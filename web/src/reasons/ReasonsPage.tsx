import { Button, Modal, Skeleton } from "@mantine/core";
import { IconArrowLeft, IconPlus } from "@tabler/icons-react";
import { useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { may, useMe } from "../session/session";
import { Empty, Failed, Note } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useCatalogue, useReason } from "./api";
import { Editor } from "./Editor";
import { readReasonsSearch, type ReasonsSearch } from "./search";
import { TestBox } from "./TestBox";
import { Tree } from "./Tree";
import { useWords } from "./words";
import "./reasons.css";

/** The catalogue: a box to try words, the tree, the editor of one reason. */
export function ReasonsPage() {
  const w = useWords();
  const me = useMe();
  const canWrite = may(me, "reason.write");
  const search = useSearch({ from: "/signed-in/settings/reasons" });
  const navigate = useNavigate();
  const go = (next: ReasonsSearch) =>
    void navigate({ to: "/settings/reasons", search: next, replace: next.id === search.id });
  const catalogue = useCatalogue();
  const rows = useMemo(() => catalogue.data?.items ?? [], [catalogue.data]);
  const categories = useMemo(() => [...new Set(rows.map((r) => r.category))], [rows]);
  const dirty = useRef(false);
  const onDirty = useCallback((is: boolean) => {
    dirty.current = is;
  }, []);
  const pick = (id: number) => go({ ...search, id });
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      wide
      action={
        canWrite && (
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => go({ ...search, id: "new" })}>
            {w.add}
          </Button>
        )
      }
    >
      {!canWrite && <Note>{w.readOnly}</Note>}
      <div className={search.id ? "rs open" : "rs"}>
        <div className="rs-left">
          <TestBox onPick={pick} />
          {catalogue.isError && !catalogue.data ? (
            <Failed error={catalogue.error} title={w.failed} retry={() => void catalogue.refetch()} />
          ) : catalogue.isPending ? (
            <Late>
              <Skeleton h={300} animate={false} />
            </Late>
          ) : (
            <Tree rows={rows} search={search} onSearch={go} onPick={pick} />
          )}
        </div>
        <div className="rs-right">
          {search.id ? (
            <>
              <button type="button" className="linkish rs-back" onClick={() => go(without(search))}>
                <IconArrowLeft size={16} aria-hidden /> {w.back}
              </button>
              {search.id === "new" ? (
                <Editor
                  categories={categories}
                  canWrite={canWrite}
                  onDirty={onDirty}
                  onSaved={(c) => go({ ...search, id: c.id })}
                  onReload={() => undefined}
                />
              ) : (
                <One key={search.id} id={search.id} categories={categories} canWrite={canWrite} onDirty={onDirty} />
              )}
            </>
          ) : (
            <Empty title={w.choose}>{w.chooseText}</Empty>
          )}
        </div>
      </div>
      <Leaving dirty={dirty} />
    </SettingsPage>
  );
}

function without(search: ReasonsSearch): ReasonsSearch {
  const next = { ...search };
  delete next.id;
  return next;
}

type OneProps = { id: number; categories: readonly string[]; canWrite: boolean; onDirty: (dirty: boolean) => void };

function One({ id, categories, canWrite, onDirty }: OneProps) {
  const w = useWords();
  const card = useReason(id);
  const [tab, setTab] = useState("general");
  if (card.isError && !card.data)
    return <Failed error={card.error} title={w.failedCard} retry={() => void card.refetch()} />;
  if (!card.data)
    return (
      <Late>
        <Skeleton h={400} animate={false} />
      </Late>
    );
  return (
    <Editor
      key={card.data.version}
      card={card.data}
      categories={categories}
      canWrite={canWrite}
      onDirty={onDirty}
      onSaved={() => undefined} // the card in the cache is the saved one
      onReload={() => void card.refetch()}
      tab={tab}
      onTab={setTab}
    />
  );
}

/** Asks before what was typed is left; filters of the tree leave nothing. */
function Leaving({ dirty }: { dirty: { readonly current: boolean } }) {
  const w = useWords();
  const c = useCommon();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty.current &&
      (next.pathname !== current.pathname ||
        readReasonsSearch(next.search as Record<string, unknown>).id !==
          readReasonsSearch(current.search as Record<string, unknown>).id),
    enableBeforeUnload: () => dirty.current,
    withResolver: true,
  });
  return (
    <Modal opened={blocker.status === "blocked"} onClose={() => blocker.reset?.()} title={w.unsaved} size="sm">
      <p>{w.leave}</p>
      <div className="row" style={{ justifyContent: "flex-end", marginTop: 12 }}>
        <Button variant="default" onClick={() => blocker.reset?.()}>
          {c.cancel}
        </Button>
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          {w.discard}
        </Button>
      </div>
    </Modal>
  );
}
