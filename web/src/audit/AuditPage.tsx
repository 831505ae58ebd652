import { Button, Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight, IconX } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Fragment, useEffect, useState } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Empty, Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useAudit, useAuditPeople, type AuditRow } from "./api";
import { differences, valueText } from "./diff";
import type { AuditSearch } from "./search";
import { useWords } from "./words";
import "./audit.css";

/** Who changed or read what: filters in the URL, newest first, each entry opens to what it was and became. */
export function AuditPage() {
  const w = useWords();
  const me = useMe();
  const search = useSearch({ from: "/signed-in/settings/audit" });
  const navigate = useNavigate();
  const set = (next: AuditSearch) => void navigate({ to: "/settings/audit", search: next, replace: true });
  const audit = useAudit(search, me.zone);
  const rows = audit.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <SettingsPage title={w.title} about={w.about} wide>
      <Filters search={search} onChange={set} />
      {audit.isError && !audit.data ? (
        <Failed error={audit.error} title={w.failed} retry={() => void audit.refetch()} />
      ) : audit.isPending ? (
        <Late>
          <div className="col" aria-busy>
            {[80, 65, 75].map((p) => (
              <Skeleton key={p} h={20} w={`${p}%`} animate={false} />
            ))}
          </div>
        </Late>
      ) : rows.length === 0 ? (
        <NoRows search={search} onChange={set} />
      ) : (
        <Rows rows={rows} onObject={(object) => set({ object })} />
      )}
      {audit.hasNextPage && (
        <div>
          <Button variant="default" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {w.more}
          </Button>
        </div>
      )}
    </SettingsPage>
  );
}

type FilterProps = { search: AuditSearch; onChange: (s: AuditSearch) => void };

function Filters({ search, onChange }: FilterProps) {
  const w = useWords();
  const people = useAuditPeople();
  const put = <K extends keyof AuditSearch>(key: K, value: AuditSearch[K] | null | undefined) => {
    const { [key]: _, ...rest } = search;
    onChange((value ? { ...rest, [key]: value } : rest) as AuditSearch); // TS loses the key in a computed property
  };
  return (
    <div className="row wrap audit-filters" role="search">
      <TextField value={search.q ?? ""} label={w.search} onChange={(q) => put("q", q)} />
      <Select
        label={w.who}
        placeholder={w.anyone}
        clearable
        searchable
        data={(people.data?.items ?? []).map((p) => ({ value: String(p.id), label: p.name }))}
        value={search.user ? String(search.user) : null}
        onChange={(v) => put("user", Number(v))}
      />
      <Select
        label={w.area}
        placeholder={w.anything}
        clearable
        searchable
        data={Object.entries(w.areas).map(([value, label]) => ({ value, label }))}
        value={search.area ?? null}
        onChange={(v) => put("area", v)}
      />
      <TextInput
        type="date"
        label={w.from}
        value={search.from ?? ""}
        onChange={(e) => put("from", e.currentTarget.value)}
      />
      <TextInput type="date" label={w.to} value={search.to ?? ""} onChange={(e) => put("to", e.currentTarget.value)} />
      {search.object && (
        <button type="button" className="chip acc press" onClick={() => put("object", undefined)}>
          {w.object(objectText(w, search.object))} <IconX size={13} aria-hidden />
        </button>
      )}
    </div>
  );
}

function TextField({ value, label, onChange }: { value: string; label: string; onChange: (q: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [sent, setSent] = useState(value);
  if (value !== sent) {
    setSent(value); // the URL was changed from outside: the field follows it
    setTyped(value);
  }
  const send = useDebouncedCallback((q: string) => {
    setSent(q.trim());
    onChange(q.trim());
  }, 300);
  useEffect(() => () => send.cancel(), [send]);
  return (
    <TextInput
      className="grow"
      miw={220}
      label={label}
      value={typed}
      maxLength={100}
      onChange={(e) => {
        setTyped(e.currentTarget.value);
        send(e.currentTarget.value);
      }}
    />
  );
}

function NoRows({ search, onChange }: FilterProps) {
  const w = useWords();
  if (Object.keys(search).length === 0) return <Empty title={w.empty}>{w.emptyText}</Empty>;
  return (
    <Empty
      title={w.nothing}
      action={
        <Button variant="default" size="xs" onClick={() => onChange({})}>
          {w.reset}
        </Button>
      }
    />
  );
}

type W = ReturnType<typeof useWords>;

/** "member:15" → "сотрудник 15". */
function objectText(w: W, object: string): string {
  const [kind = "", id = ""] = object.split(":");
  return `${w.objects[kind] ?? kind} ${id}`.trim();
}

function actionText(w: W, action: string): string {
  const [area = "", verb = ""] = action.split(".");
  return `${w.areas[area] ?? area}: ${w.verbs[verb] ?? verb}`;
}

function Rows({ rows, onObject }: { rows: AuditRow[]; onObject: (object: string) => void }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const [open, setOpen] = useState<number | null>(null);
  return (
    <div className="panel audit-scroll">
      <table className="audit">
        <thead>
          <tr>
            <th>{w.when}</th>
            <th>{w.who}</th>
            <th>{w.what}</th>
            <th className="audit-wide">{w.source}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <Fragment key={r.id}>
              <tr>
                <td className="nw">{fullOf(r.at, me.zone, now)}</td>
                <td>{r.actor}</td>
                <td>
                  <button
                    type="button"
                    className="bare audit-open"
                    aria-expanded={open === r.id}
                    onClick={() => setOpen(open === r.id ? null : r.id)}
                  >
                    {open === r.id ? (
                      <IconChevronDown size={14} aria-hidden />
                    ) : (
                      <IconChevronRight size={14} aria-hidden />
                    )}
                    {actionText(w, r.action)}, {objectText(w, r.object)}
                  </button>
                </td>
                <td className="audit-wide t2">{r.source}</td>
              </tr>
              {open === r.id && (
                <tr>
                  <td colSpan={4}>
                    <Details row={r} onObject={onObject} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Details({ row: r, onObject }: { row: AuditRow; onObject: (object: string) => void }) {
  const w = useWords();
  const c = useCommon();
  const isChange = "before" in r.data || "after" in r.data;
  const list = isChange ? differences(r.data.before, r.data.after) : differences(undefined, r.data);
  const show = (v: unknown) => valueText(v, c.yes, c.no) || <span className="t3">{w.nothingThere}</span>;
  return (
    <div className="audit-details">
      {list.length === 0 ? (
        isChange && <p className="quiet">{w.same}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>{w.field}</th>
              {isChange && <th>{w.before}</th>}
              <th>{w.after}</th>
            </tr>
          </thead>
          <tbody>
            {list.map((d) => (
              <tr key={d.field}>
                <td className="t2">{d.field}</td>
                {isChange && <td>{show(d.before)}</td>}
                <td>{show(d.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="row wrap s12 t2">
        <span>{r.seq ? w.seal(r.seq) : w.unsealed}</span>
        {r.source && <span>{r.source}</span>}
        <Button size="compact-xs" variant="subtle" onClick={() => onObject(r.object)}>
          {w.all(objectText(w, r.object))}
        </Button>
      </div>
    </div>
  );
}
