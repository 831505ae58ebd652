import { Button, FileButton, Modal, NumberInput, Progress, Select } from "@mantine/core";
import { useState } from "react";
import { Note } from "../blocks";
import { Refused } from "../settings";
import { useApply, useCheck, useLook, useProgress, useStart, type ImportState, type Kind } from "./api";
import { choose, guessed, missing, written, type Column, type Field, type Mapping } from "./mapping";
import { useWords } from "./words";
import "./table.css";

type Props = {
  kind: Kind;
  title: string;
  company: number;
  topics: readonly string[];
  opened: boolean;
  onClose: () => void;
};

/** A table is handed in: the file, its columns, a verdict for every row, then all of it or nothing. */
export function ImportDialog({ opened, onClose, title, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="xl">
      <Steps {...rest} onClose={onClose} />
    </Modal>
  );
}

function Steps({ kind, company, topics, onClose }: Omit<Props, "opened" | "title">) {
  const w = useWords();
  const look = useLook(kind);
  const start = useStart(kind);
  const check = useCheck(kind);
  const apply = useApply(kind, topics);
  const [file, setFile] = useState<File | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const works = check.isPending || apply.isPending;
  const id = start.data?.id;
  const progress = useProgress(kind, id, works);
  const open = (f: File | null, sheet = 0, header = 0) => {
    if (!f) return;
    setFile(f);
    start.reset();
    check.reset();
    apply.reset();
    look.mutate({ file: f, company, sheet, header }, { onSuccess: (l) => setMapping(guessed(l.columns)) });
  };
  const run = async () => {
    if (!file || !look.data) return;
    const { sheet, header } = look.data;
    apply.reset();
    try {
      const started = id ?? (await start.mutateAsync({ company_id: company, file: file.name.slice(0, 200) })).id;
      await check.mutateAsync({ id: started, file, sheet, header, columns: written(mapping) });
    } catch {
      return; // said by Refused below
    }
  };
  const verdict = apply.data ?? check.data;
  const l = look.data;
  const left = l ? missing(mapping, l.fields) : [];
  return (
    <div className="col" style={{ gap: 12 }}>
      <div className="row wrap">
        <FileButton onChange={(f) => open(f)} accept=".xlsx,.csv,.txt">
          {(props) => (
            <Button {...props} variant="default" loading={look.isPending} disabled={works}>
              {file ? w.back : w.choose}
            </Button>
          )}
        </FileButton>
        <span className="quiet">{file ? file.name : `${w.file}. ${w.fileHint}`}</span>
      </div>
      <Refused error={look.error ?? start.error ?? check.error ?? apply.error} />
      {l && !apply.data && (
        <>
          <div className="row wrap" style={{ alignItems: "flex-end" }}>
            {l.sheets.length > 1 && (
              <Select
                size="xs"
                label={w.sheet}
                allowDeselect={false}
                data={l.sheets.map((s, i) => ({ value: String(i), label: s }))}
                value={String(l.sheet)}
                onChange={(v) => open(file, Number(v ?? 0))}
              />
            )}
            <NumberInput
              size="xs"
              w={170}
              min={1}
              max={1000}
              label={w.header}
              value={l.header}
              onChange={(v) => typeof v === "number" && v !== l.header && v > 0 && open(file, l.sheet, v)}
            />
            {l.format === "csv" && (
              <span className="quiet">{w.csv(l.encoding, l.delimiter === "\t" ? w.tab : l.delimiter)}</span>
            )}
          </div>
          <Columns columns={l.columns} fields={l.fields} mapping={mapping} onChange={setMapping} />
          {left.length > 0 && <Note tone="plan">{w.missing(left.map((f) => f.label).join(", "))}</Note>}
          <div className="row">
            <Button
              variant={check.data ? "default" : "filled"}
              className={check.data ? undefined : "btn-primary"}
              disabled={left.length > 0 || apply.isPending}
              loading={check.isPending || start.isPending}
              onClick={() => void run()}
            >
              {check.data ? w.checkAgain : w.check}
            </Button>
          </div>
        </>
      )}
      {works && (
        <div role="status">
          <div className="quiet">{w.step[progress.data?.step ?? ""]}</div>
          <Progress value={(progress.data?.done ?? 0) / 10} aria-label={w.step[progress.data?.step ?? ""]} />
        </div>
      )}
      {verdict && !works && <Verdict kind={kind} state={verdict} />}
      {check.data && !apply.data && !works && (
        <div className="row wrap">
          {check.data.bad === 0 ? (
            <Button className="btn-primary" onClick={() => apply.mutate({ id: check.data.id, onlyGood: false })}>
              {w.apply}
            </Button>
          ) : (
            <>
              <Note>{w.allOrNothing}</Note>
              <Button
                variant="default"
                disabled={check.data.bad === check.data.rows}
                onClick={() => apply.mutate({ id: check.data.id, onlyGood: true })}
              >
                {w.applyGood}
              </Button>
            </>
          )}
        </div>
      )}
      {apply.data && (
        <div className="row">
          <Button className="btn-primary" onClick={onClose}>
            {w.close}
          </Button>
        </div>
      )}
    </div>
  );
}

type ColumnsProps = {
  columns: readonly Column[];
  fields: readonly Field[];
  mapping: Mapping;
  onChange: (m: Mapping) => void;
};

function Columns({ columns, fields, mapping, onChange }: ColumnsProps) {
  const w = useWords();
  const data = [{ value: "", label: w.skip }, ...fields.map((f) => ({ value: f.key, label: f.label }))];
  return (
    <div className="imp-cols">
      <table className="tbl" aria-label={w.columns}>
        <thead>
          <tr>
            <th>{w.column}</th>
            <th>{w.samples}</th>
            <th>{w.meaning}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((c) => (
            <tr key={c.index}>
              <td className="b">{c.heading || c.index + 1}</td>
              <td className="t2 ell">{c.samples.slice(0, 3).join(" · ")}</td>
              <td>
                {c.is_names ? (
                  <span className="quiet">{w.names}</span>
                ) : (
                  <Select
                    size="xs"
                    searchable
                    allowDeselect={false}
                    aria-label={`${w.meaning}: ${c.heading || c.index + 1}`}
                    data={data}
                    value={mapping[c.index] ?? ""}
                    onChange={(v) => onChange(choose(mapping, c.index, v ?? ""))}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Verdict({ kind, state }: { kind: Kind; state: ImportState }) {
  const w = useWords();
  const applied = state.state === "applied";
  const nothing = applied && state.parts.every((p) => p.new + p.changed === 0);
  return (
    <section className="col" aria-label={applied ? w.done : w.verdict}>
      <div className="b" role="status">
        {nothing ? w.doneSame : applied ? w.done : w.verdict}
      </div>
      <div className="row wrap num">
        <span>{w.rows(state.rows)}</span>
        {state.bad > 0 && <span className="imp-bad">{w.bad(state.bad)}</span>}
      </div>
      <table className="tbl">
        <tbody>
          {state.parts.map((p) => (
            <tr key={p.name} className="num">
              <th>{w.part[p.name]}</th>
              <td>
                {p.new} {w.fresh}
              </td>
              <td>
                {p.changed} {w.changed}
              </td>
              <td>
                {p.same} {w.same}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {state.notes.length > 0 && (
        <details>
          <summary>{w.notes}</summary>
          <ul className="imp-notes">
            {state.notes.map((n) => (
              <li key={n}>{n}</li>
            ))}
          </ul>
        </details>
      )}
      {state.errors.length > 0 && (
        <>
          <div className="row wrap">
            <b className="grow">{w.errors}</b>
            <a href={`/api/v1/${kind}/imports/${state.id}/errors`} download="errors.csv">
              {w.download}
            </a>
          </div>
          <div className="imp-errors">
            <table className="tbl">
              <thead>
                <tr>
                  <th>{w.line}</th>
                  <th>{w.field}</th>
                  <th>{w.value}</th>
                  <th>{w.why}</th>
                </tr>
              </thead>
              <tbody>
                {state.errors.map((e, i) => (
                  <tr key={i}>
                    <td className="num">{e.line}</td>
                    <td>{e.field}</td>
                    <td className="ell">{e.value}</td>
                    <td>{e.message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {state.bad > state.errors.length && <div className="quiet">{w.firstErrors(state.errors.length)}</div>}
        </>
      )}
    </section>
  );
}
