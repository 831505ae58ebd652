import { Button, Checkbox, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { may, useMe } from "../session/session";
import { Empty, Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { ImportDialog } from "../ui/table/ImportDialog";
import { useCompanyId, useGroups, useHouses, type HouseRow } from "./api";
import { GroupsDialog } from "./GroupsDialog";
import { HouseForm } from "./HouseForm";
import { omit, type HousesSearch } from "./search";
import { useWords } from "./words";
import "./houses.css";

/** Houses of the company by street. */
export function HousesPage() {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/settings/houses" });
  const [dialog, setDialog] = useState<"new" | "import" | "groups" | null>(null);
  const company = useCompanyId();
  const list = useHouses(search);
  const rows = list.data?.items ?? [];
  const canWrite = may(me, "building.write");
  const go = (next: HousesSearch) => void navigate({ to: "/settings/houses", search: next, replace: true });
  const close = () => setDialog(null);
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      wide
      action={
        canWrite && (
          <span className="row wrap">
            <Button size="xs" variant="default" onClick={() => setDialog("groups")}>
              {w.groups}
            </Button>
            <Button size="xs" variant="default" onClick={() => setDialog("import")}>
              {w.import}
            </Button>
            <Button size="xs" className="btn-primary" onClick={() => setDialog("new")}>
              {w.add}
            </Button>
          </span>
        )
      }
    >
      <Filters search={search} onChange={go} found={list.data ? rows.length : undefined} />
      {list.isError && !list.data ? (
        <Failed error={list.error} title={w.failed} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : rows.length === 0 ? (
        Object.keys(search).length > 0 ? (
          <Empty
            title={w.nothing}
            action={
              <Button variant="default" size="xs" onClick={() => go({})}>
                {w.drop}
              </Button>
            }
          />
        ) : (
          <Empty title={w.empty}>{w.emptyMore}</Empty>
        )
      ) : (
        <Rows rows={rows} />
      )}
      {list.data?.capped && <div className="quiet">{w.capped}</div>}
      {rows.some((b) => b.origin === "osm") && <OsmCredit />}
      {canWrite && (
        <>
          <ImportDialog
            kind="buildings"
            title={w.importTitle}
            company={company}
            topics={["houses", "house"]}
            opened={dialog === "import"}
            onClose={close}
          />
          <GroupsDialog opened={dialog === "groups"} onClose={close} />
          <Modal opened={dialog === "new"} onClose={close} title={w.newHouse} size="xl">
            <HouseForm
              house={undefined}
              onSaved={(b) => void navigate({ to: "/settings/houses/$id", params: { id: String(b.id) } })}
            />
          </Modal>
        </>
      )}
    </SettingsPage>
  );
}

/** What ODbL asks where its data is shown. */
export function OsmCredit() {
  const w = useWords();
  return (
    <div className="quiet s12">
      {w.osm}, {w.osmMore}
    </div>
  );
}

type FilterProps = { search: HousesSearch; onChange: (s: HousesSearch) => void; found: number | undefined };

function Filters({ search, onChange, found }: FilterProps) {
  const w = useWords();
  const groups = useGroups();
  const [text, setText] = useState(search.q ?? "");
  const noText = omit(search, "q");
  const noGroup = omit(search, "group");
  const noArchive = omit(search, "archived");
  const send = useDebouncedCallback((q: string) => onChange(q.trim() ? { ...noText, q: q.trim() } : noText), 250);
  return (
    <div className="row wrap" role="search">
      <TextInput
        size="xs"
        w={240}
        aria-label={w.search}
        placeholder={w.search}
        value={text}
        onChange={(e) => {
          setText(e.currentTarget.value);
          send(e.currentTarget.value);
        }}
      />
      <Select
        size="xs"
        w={200}
        clearable
        searchable
        aria-label={w.group}
        placeholder={w.anyGroup}
        data={(groups.data?.items ?? []).map((g) => ({ value: String(g.id), label: g.name }))}
        value={search.group ? String(search.group) : null}
        onChange={(v) => onChange(v ? { ...noGroup, group: Number(v) } : noGroup)}
      />
      <Checkbox
        label={w.archived}
        checked={search.archived ?? false}
        onChange={(e) => onChange(e.currentTarget.checked ? { ...noArchive, archived: true } : noArchive)}
      />
      <span className="grow" />
      {found !== undefined && <span className="quiet num">{w.found(found)}</span>}
    </div>
  );
}

function Rows({ rows }: { rows: readonly HouseRow[] }) {
  const w = useWords();
  const groups = useGroups();
  const name = new Map((groups.data?.items ?? []).map((g) => [g.id, g.name]));
  return (
    <div className="houses-wrap">
      <table className="tbl rows">
        <thead>
          <tr>
            <th>{w.column.address}</th>
            <th>{w.column.size}</th>
            <th className="only-wide">{w.column.year}</th>
            <th className="only-wide">{w.column.groups}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((b) => (
            <tr key={b.id}>
              <td>
                <Link className="b" to="/settings/houses/$id" params={{ id: String(b.id) }}>
                  {b.address}
                </Link>{" "}
                <span className="t3">{b.city}</span>
              </td>
              <td className="num t2">{[b.floors, b.entrances, b.lifts].map((n) => n || w.unknown).join(" · ")}</td>
              <td className="num t2 only-wide">{b.built_year || w.unknown}</td>
              <td className="t2 only-wide">
                {b.groups
                  .map((g) => name.get(g))
                  .filter(Boolean)
                  .join(", ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
