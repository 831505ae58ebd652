import { Button, Skeleton, Switch, TextInput } from "@mantine/core";
import { IconArchive, IconPencil, IconRestore } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { may, useMe } from "../session/session";
import { Empty, Failed, Note, Panel, useErrorText } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { Late } from "../ui/Late";
import { SettingsPage, useSaid } from "../ui/settings";
import { useArchiveRule, useCompanyId, useRules, type Rule } from "./api";
import { PreviewPanel } from "./PreviewPanel";
import { RuleDrawer } from "./RuleDrawer";
import { sayRule, textOf } from "./say";
import { without, type RoutingSearch } from "./search";
import { useWords } from "./words";
import "./routing.css";

/** The rules of routing: their table, the editor, the preview. */
export function RoutingPage() {
  const search = useSearch({ from: "/signed-in/settings/routing" });
  const navigate = useNavigate();
  return (
    <RoutingView
      search={search}
      go={(next) => void navigate({ to: "/settings/routing", search: next, replace: true })}
    />
  );
}

/** The page without its address. */
export function RoutingView({ search, go }: { search: RoutingSearch; go: (next: RoutingSearch) => void }) {
  const w = useWords();
  const canWrite = may(useMe(), "company.write");
  const company = useCompanyId();
  const rules = useRules(company);
  const all = rules.data?.items ?? [];
  const typed = (search.q ?? "").trim().toLowerCase();
  const rows = all.filter(
    (r) => r.is_archived === Boolean(search.archived) && (!typed || textOf(w, r).includes(typed)),
  );
  const inForce = all.filter((r) => !r.is_archived);
  const open = search.rule === "new" ? undefined : all.find((r) => r.id === search.rule);
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      wide
      action={
        canWrite && (
          <Button className="btn-primary" onClick={() => go({ ...search, rule: "new" })}>
            {w.add}
          </Button>
        )
      }
    >
      {!canWrite && <Note>{w.readOnly}</Note>}
      <PreviewPanel search={search} go={go} />
      <div className="row" role="search" style={{ flexWrap: "wrap" }}>
        <TextInput
          size="xs"
          w={280}
          aria-label={w.search}
          placeholder={w.search}
          value={search.q ?? ""}
          onChange={(e) => go(e.currentTarget.value ? { ...search, q: e.currentTarget.value } : without(search, "q"))}
        />
        <Switch
          size="xs"
          label={w.archived}
          checked={Boolean(search.archived)}
          onChange={(e) => go(e.currentTarget.checked ? { ...search, archived: true } : without(search, "archived"))}
        />
      </div>
      {rules.isError && !rules.data ? (
        <Failed error={rules.error} title={w.failed} retry={() => void rules.refetch()} />
      ) : rules.isPending ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : rows.length === 0 ? (
        <Empty title={inForce.length === 0 && !typed && !search.archived ? w.empty : w.nothing}>
          {inForce.length === 0 && !typed && !search.archived && w.emptyText}
        </Empty>
      ) : (
        <Table rows={rows} canWrite={canWrite} onOpen={(id) => go({ ...search, rule: id })} />
      )}
      <Panel title={w.order}>
        <p className="quiet">{w.orderText}</p>
      </Panel>
      {search.rule !== undefined && rules.data && (search.rule === "new" || open) && (
        <RuleDrawer
          key={open ? `${open.id}.${open.version}` : "new"}
          rule={open}
          groups={rules.data.groups}
          suppliers={rules.data.suppliers}
          company={company}
          canWrite={canWrite}
          start={search}
          onClose={() => go(without(search, "rule"))}
        />
      )}
    </SettingsPage>
  );
}

function Table({ rows, canWrite, onOpen }: { rows: Rule[]; canWrite: boolean; onOpen: (id: number) => void }) {
  const w = useWords();
  const error = useErrorText();
  const said = useSaid();
  const archive = useArchiveRule();
  const put = (r: Rule) =>
    archive.mutate(
      { id: r.id, version: r.version, is_archived: !r.is_archived },
      {
        onSuccess: (now) =>
          r.is_archived
            ? said(w.back(r.id))
            : said(w.gone(r.id), () => archive.mutate({ id: r.id, version: now.version, is_archived: false })),
      },
    );
  return (
    <>
      {archive.isError && (
        <div role="alert">
          <Note tone="plan">{error(archive.error)}</Note>
        </div>
      )}
      <div className="panel rule-rows" role="table" aria-label={w.title}>
        <div className="rule-row head" role="row">
          {[w.col.what, w.col.where, w.col.when, w.col.who, w.col.lead].map((x) => (
            <span key={x} role="columnheader">
              {x}
            </span>
          ))}
          <span role="columnheader" />
        </div>
        {rows.map((r) => (
          <Row key={r.id} rule={r} canWrite={canWrite} onOpen={() => onOpen(r.id)} onArchive={() => put(r)} />
        ))}
      </div>
    </>
  );
}

type RowProps = { rule: Rule; canWrite: boolean; onOpen: () => void; onArchive: () => void };

function Row({ rule: r, canWrite, onOpen, onArchive }: RowProps) {
  const w = useWords();
  const s = sayRule(w, r);
  return (
    <div className="rule-row" role="row">
      <span role="cell" data-label={w.col.what}>
        <button
          type="button"
          className="rule-open"
          onClick={onOpen}
          aria-label={w.edit(`${s.what}, ${s.where}, ${s.when}`)}
        >
          {r.reason_kind && <KindSign kind={r.reason_kind} />} {s.what}
        </button>
        <div className="s12 t3">{w.number(r.id)}</div>
      </span>
      <span role="cell" data-label={w.col.where}>
        {s.where}
      </span>
      <span role="cell" data-label={w.col.when}>
        {s.when}
      </span>
      <span role="cell" data-label={w.col.who}>
        {r.levels.length === 0 ? (
          <span className="t3">{w.byCards}</span>
        ) : (
          <ol className="rule-levels">
            {r.levels.map((l) => (
              <li key={l.level}>{l.members.map((m) => m.name).join(", ")}</li>
            ))}
          </ol>
        )}
      </span>
      <span role="cell" data-label={w.col.lead}>
        {r.responsible?.name ?? <span className="t3">{w.byCards}</span>}
        {r.supplier && <div className="s12 t2">{w.supplier(r.supplier.name)}</div>}
      </span>
      <span role="cell" className="row" style={{ justifyContent: "flex-end", gap: 2 }}>
        {canWrite && !r.is_archived && (
          <Button size="compact-sm" variant="subtle" color="gray" aria-label={w.edit(w.number(r.id))} onClick={onOpen}>
            <IconPencil size={16} />
          </Button>
        )}
        {canWrite && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={`${r.is_archived ? w.restore : w.archive}: ${w.number(r.id)}`}
            onClick={onArchive}
          >
            {r.is_archived ? <IconRestore size={16} /> : <IconArchive size={16} />}
          </Button>
        )}
      </span>
    </div>
  );
}
