import { Button, Drawer, Select, Switch, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { may, useMe } from "../../session/session";
import { Empty, Note } from "../../ui/blocks";
import { Loaded } from "../../ui/Loaded";
import { SettingsPage } from "../../ui/settings";
import { useKinds, useShared, useSuppliers, type Row, type Shared } from "./api";
import { List, type Line } from "./List";
import { fold, withPart, type SuppliersSearch } from "./search";
import { SharedSupplierForm, SupplierForm } from "./SupplierForm";
import { useWords } from "./words";
import "./suppliers.css";

/** A company's suppliers; for our own people the list of all companies besides. */
export function SuppliersPage() {
  const search = useSearch({ from: "/signed-in/settings/suppliers" });
  const navigate = useNavigate();
  const go = (next: SuppliersSearch) =>
    void navigate({ to: "/settings/suppliers", search: next, replace: next.id === search.id });
  const operates = may(useMe(), "platform.operate");
  return operates && search.shared ? (
    <SharedList search={search} go={go} />
  ) : (
    <OwnList search={search} go={go} operates={operates} />
  );
}

type Props = { search: SuppliersSearch; go: (next: SuppliersSearch) => void };

function OwnList({ search, go, operates }: Props & { operates: boolean }) {
  const w = useWords();
  const canWrite = may(useMe(), "supplier.write");
  const query = useSuppliers({
    ...(search.q ? { q: search.q } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
    archived: search.archived ?? false,
  });
  const rows = query.data?.items ?? [];
  const open = rows.find((r) => r.id === search.id);
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      action={
        <div className="row wrap">
          {operates && (
            <Button variant="default" onClick={() => go({ shared: true })}>
              {w.toShared}
            </Button>
          )}
          {canWrite && <Add onClick={() => go(withPart(search, "id", "new"))} />}
        </div>
      }
    >
      {!canWrite && <Note>{w.readOnly}</Note>}
      <Filters search={search} go={go} count={rows.length} />
      <Loaded query={query} failed={w.failed} height={200}>
        {rows.length === 0 ? (
          <Nothing search={search} go={go} />
        ) : (
          <List lines={rows.map(lineOf)} canWrite={canWrite} onOpen={(id) => go(withPart(search, "id", id))} />
        )}
      </Loaded>
      <Side
        title={open?.name ?? w.newTitle}
        opened={canWrite && (search.id === "new" || open !== undefined)}
        onClose={() => go(withPart(search, "id", undefined))}
      >
        <SupplierForm key={open?.version} row={open} onDone={() => go(withPart(search, "id", undefined))} />
      </Side>
    </SettingsPage>
  );
}

function SharedList({ search, go }: Props) {
  const w = useWords();
  const query = useShared(search.archived ?? false);
  const q = fold(search.q ?? "");
  const rows = (query.data?.items ?? []).filter(
    (s) =>
      s.is_archived === (search.archived ?? false) &&
      (!search.kind || s.kind === search.kind) &&
      (q === "" || [s.name, s.notes, ...s.phones.map((p) => p.phone)].some((x) => fold(x).includes(q))),
  );
  const open = rows.find((r) => r.id === search.id);
  return (
    <SettingsPage
      title={w.sharedTitle}
      about={w.sharedAbout}
      action={
        <div className="row wrap">
          <Button variant="default" onClick={() => go({})}>
            {w.toOwn}
          </Button>
          <Add onClick={() => go(withPart(search, "id", "new"))} />
        </div>
      }
    >
      <Filters search={search} go={go} count={rows.length} />
      <Loaded query={query} failed={w.failed} height={200}>
        {rows.length === 0 ? (
          <Nothing search={search} go={go} />
        ) : (
          <List lines={rows.map(sharedLine)} canWrite onOpen={(id) => go(withPart(search, "id", id))} />
        )}
      </Loaded>
      <Side
        title={open?.name ?? w.newTitle}
        opened={search.id === "new" || open !== undefined}
        onClose={() => go(withPart(search, "id", undefined))}
      >
        <SharedSupplierForm key={open?.version} row={open} onDone={() => go(withPart(search, "id", undefined))} />
      </Side>
    </SettingsPage>
  );
}

function Add({ onClick }: { onClick: () => void }) {
  const w = useWords();
  return (
    <Button className="btn-primary" leftSection={<IconPlus size={16} />} onClick={onClick}>
      {w.add}
    </Button>
  );
}

function Filters({ search, go, count }: Props & { count: number }) {
  const w = useWords();
  const kinds = useKinds();
  return (
    <div className="row wrap sup-filters" role="search">
      <TextInput
        aria-label={w.search}
        placeholder={w.search}
        w={260}
        maxLength={100}
        value={search.q ?? ""}
        onChange={(e) => go(withPart(search, "q", e.currentTarget.value))}
      />
      <Select
        aria-label={w.kind}
        placeholder={w.anyKind}
        w={260}
        clearable
        searchable
        data={(kinds.data?.items ?? []).map((k) => ({ value: k.code, label: k.name }))}
        value={search.kind ?? null}
        onChange={(v) => go(withPart(search, "kind", v ?? undefined))}
      />
      <Switch
        label={w.archived}
        checked={search.archived ?? false}
        onChange={(e) => go(withPart(search, "archived", e.currentTarget.checked || undefined))}
      />
      <span className="grow" />
      <span className="s12 t2">{w.count(count)}</span>
    </div>
  );
}

function Nothing({ search, go }: Props) {
  const w = useWords();
  const narrowed = search.q || search.kind || search.archived;
  if (!narrowed) return <Empty title={w.empty}>{w.emptyText}</Empty>;
  return (
    <Empty
      title={w.nothing}
      action={
        <Button size="xs" variant="default" onClick={() => go(search.shared ? { shared: true } : {})}>
          {w.reset}
        </Button>
      }
    />
  );
}

function Side(props: { title: string; opened: boolean; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer position="right" size="lg" title={props.title} opened={props.opened} onClose={props.onClose}>
      {props.opened && props.children}
    </Drawer>
  );
}

function lineOf(r: Row): Line {
  return {
    id: r.id,
    name: r.name,
    kind: r.kind,
    phones: [...r.phones, ...r.shared_phones],
    hours: r.hours || r.shared_hours,
    notes: [r.notes, r.shared_notes].filter(Boolean).join(" "),
    isArchived: r.is_archived,
    own: r,
  };
}

function sharedLine(s: Shared): Line {
  return {
    id: s.id,
    name: s.name,
    kind: s.kind,
    phones: s.phones,
    hours: s.hours,
    notes: s.notes,
    isArchived: s.is_archived,
    shared: s,
  };
}
