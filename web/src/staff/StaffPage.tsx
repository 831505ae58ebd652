import { Button, SegmentedControl, Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { may, useMe } from "../session/session";
import { phoneOf } from "../time/format";
import { Empty, Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useStaff, useWorkTypes, type StaffRow, type StaffSearch } from "./api";
import { MemberDrawer } from "./MemberDrawer";
import { omit } from "./search";
import { useNowText } from "./state";
import { useWords } from "./words";
import "./staff.css";

/** People of the company as they are now. */
export function StaffPage() {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/settings/staff" });
  const { member, ...filter } = search;
  const go = (next: StaffSearch) => void navigate({ to: "/settings/staff", search: next, replace: true });
  const list = useStaff(filter);
  const rows = list.data?.items ?? [];
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const open = (id: number) => go({ ...filter, member: id });
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      wide
      action={
        may(me, "staff.write") && (
          <Button size="xs" className="btn-primary" onClick={() => go({ ...filter, member: "new" })}>
            {w.add}
          </Button>
        )
      }
    >
      <Filters search={filter} onChange={go} found={list.data ? rows.length : undefined} />
      {list.isError && !list.data ? (
        <Failed error={list.error} title={w.failed} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Late>
          <div className="col" aria-busy>
            {[80, 65, 75, 70].map((p) => (
              <Skeleton key={p} h={32} w={`${p}%`} animate={false} />
            ))}
          </div>
        </Late>
      ) : rows.length === 0 ? (
        Object.keys(filter).length > 0 ? (
          <Empty
            title={w.nobodyFits}
            action={
              <Button variant="default" size="xs" onClick={() => go({})}>
                {w.drop}
              </Button>
            }
          />
        ) : (
          <Empty title={w.empty}>{w.emptyMore}</Empty>
        )
      ) : narrow ? (
        <Cards rows={rows} onOpen={open} />
      ) : (
        <Table rows={rows} onOpen={open} />
      )}
      <MemberDrawer id={member} onClose={() => go(filter)} onMade={open} />
    </SettingsPage>
  );
}

type FilterProps = { search: StaffSearch; onChange: (s: StaffSearch) => void; found: number | undefined };

function Filters({ search, onChange, found }: FilterProps) {
  const w = useWords();
  const works = useWorkTypes();
  const [text, setText] = useState(search.q ?? "");
  const noText = omit(search, "q");
  const noWork = omit(search, "work");
  const noState = omit(search, "state");
  const send = useDebouncedCallback((q: string) => onChange(q.trim() ? { ...noText, q: q.trim() } : noText), 250);
  useEffect(() => {
    if (!search.q) setText("");
  }, [search.q]);
  return (
    <div className="row" role="search" style={{ flexWrap: "wrap" }}>
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
        aria-label={w.work}
        placeholder={w.anyWork}
        clearable
        searchable
        data={(works.data?.items ?? []).map((x) => ({ value: String(x.id), label: x.name }))}
        value={search.work ? String(search.work) : null}
        onChange={(v) => onChange(v ? { ...noWork, work: Number(v) } : noWork)}
      />
      <SegmentedControl
        size="xs"
        value={search.state ?? "all"}
        onChange={(v) =>
          onChange(v === "all" ? noState : { ...noState, state: v as NonNullable<StaffSearch["state"]> })
        }
        data={(["all", "on_duty", "on_leave", "archived"] as const).map((v) => ({ value: v, label: w.state[v] }))}
      />
      <span className="grow" />
      {found !== undefined && <span className="quiet num">{w.found(found)}</span>}
    </div>
  );
}

type RowsProps = { rows: StaffRow[]; onOpen: (id: number) => void };

function Table({ rows, onOpen }: RowsProps) {
  const w = useWords();
  const now = useNowText();
  const works = useWorksText();
  return (
    <table className="tbl rows">
      <thead>
        <tr>
          <th>{w.column.name}</th>
          <th>{w.column.duties}</th>
          <th>{w.column.now}</th>
          <th>{w.column.schedule}</th>
          <th>{w.column.phone}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((m) => (
          <tr key={m.member_id} className="press" onClick={() => onOpen(m.member_id)}>
            <td>
              <button
                type="button"
                className="linkish b"
                onClick={(e) => {
                  e.stopPropagation();
                  onOpen(m.member_id);
                }}
              >
                {m.name}
              </button>{" "}
              <span className="t3">{[m.position, m.is_contractor ? w.contractor : ""].filter(Boolean).join(", ")}</span>
            </td>
            <td className="t2">{works(m)}</td>
            <td>
              <span className="row">
                <span className={m.on_duty ? "state-dot on" : "state-dot"} aria-hidden />
                {now(m)}
              </span>
            </td>
            <td className="t2">{m.schedule || w.noSchedule}</td>
            <td className="t2">{m.phones[0] ? phoneOf(m.phones[0]) : w.noPhone}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cards({ rows, onOpen }: RowsProps) {
  const w = useWords();
  const now = useNowText();
  const works = useWorksText();
  return (
    <div className="staff-cards">
      {rows.map((m) => (
        <button key={m.member_id} type="button" onClick={() => onOpen(m.member_id)}>
          <div>
            <b>{m.name}</b> <span className="t3">{m.position}</span>
          </div>
          <div className="row">
            <span className={m.on_duty ? "state-dot on" : "state-dot"} aria-hidden />
            {now(m)}
          </div>
          <div className="t3 s13">{[works(m), m.schedule || w.noSchedule].filter(Boolean).join(" · ")}</div>
        </button>
      ))}
    </div>
  );
}

/** What a person answers for, in a line. */
function useWorksText(): (m: StaffRow) => string {
  const w = useWords();
  return (m) => {
    const seen = new Set<string>();
    for (const d of m.duties) {
      const role = d.role === "responsible" ? w.responsible : w.level(d.level);
      seen.add(`${d.work_type || w.anyWork.toLowerCase()}, ${role}`);
    }
    const all = [...seen];
    return all.length > 2 ? `${all.slice(0, 2).join("; ")} +${all.length - 2}` : all.join("; ");
  };
}
