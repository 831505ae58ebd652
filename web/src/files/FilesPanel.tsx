import { ActionIcon, Button, Progress, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCamera, IconPencil, IconPlus, IconX } from "@tabler/icons-react";
import { useId, useRef, useState, type DragEvent, type ReactNode } from "react";
import { ApiError } from "../api/client";
import { useNow } from "../time/clock";
import { shortOf } from "../time/format";
import { Empty, Failed, Panel, useErrorText } from "../ui/blocks";
import { Late } from "../ui/Late";
import { hrefOf, thumbOf, useFiles, type FileRow, type Subject } from "./api";
import { PaperIcon } from "./PaperIcon";
import { useUploads, type Sent } from "./useUploads";
import { Viewer } from "./Viewer";
import { useWords } from "./words";
import "./files.css";

const TAKEN = "image/jpeg,image/png,image/webp,.pdf,.docx,.xlsx";
const PHOTOS = "image/jpeg,image/png,image/webp"; // a phone turns its own format into one of these

type Props = { subject: Subject; of: number; zone: string; closed?: boolean };

/** Photos and documents of a house or a request: the gallery, the list, adding by button, camera and drop. */
export function FilesPanel({ subject, of, zone, closed = false }: Props) {
  const w = useWords();
  const files = useFiles(subject, of);
  const max = files.data?.max_bytes ?? Infinity;
  const { rows, add, drop } = useUploads(subject, of, max, w.tooBig(Math.round(max / 2 ** 20)));
  const [shown, setShown] = useState<number | null>(null);
  const items = files.data?.items ?? [];
  const pictures = items.filter((f) => f.is_picture);
  const papers = items.filter((f) => !f.is_picture);
  const canAdd = (files.data?.can_add ?? false) && !closed;
  if (files.isError && !files.data) {
    return (
      <Panel title={w.title}>
        <Failed error={files.error} title={w.failed} retry={() => void files.refetch()} />
      </Panel>
    );
  }
  return (
    <Drop on={canAdd} add={add}>
      <Panel title={w.title} right={canAdd && <Adding add={add} />}>
        {files.isPending && (
          <Late>
            <Skeleton h={96} animate={false} />
          </Late>
        )}
        {files.data && items.length === 0 && rows.length === 0 && (
          <Empty title={w.empty}>{canAdd ? w.emptyMore : undefined}</Empty>
        )}
        <div className="col files">
          {rows.map((r) => (
            <Way key={r.key} row={r} again={() => add([r.file])} drop={() => drop(r.key)} />
          ))}
          {pictures.length > 0 && (
            <div className="files-grid">
              {pictures.map((f) => (
                <Tile key={f.id} subject={subject} file={f} onOpen={() => setShown(f.id)} />
              ))}
            </div>
          )}
          {papers.map((f) => (
            <Paper key={f.id} subject={subject} file={f} zone={zone} onOpen={() => setShown(f.id)} />
          ))}
        </div>
      </Panel>
      <Viewer subject={subject} of={of} zone={zone} files={items} shown={shown} show={setShown} />
    </Drop>
  );
}

/** The place files are dropped on. */
function Drop({ on, add, children }: { on: boolean; add: (files: Iterable<File>) => void; children: ReactNode }) {
  const w = useWords();
  const [over, setOver] = useState(false);
  const isFiles = (e: DragEvent) => on && e.dataTransfer.types.includes("Files");
  return (
    <div
      className={over ? "files-drop over" : "files-drop"}
      data-hint={w.drop}
      onDragOver={(e) => {
        if (!isFiles(e)) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={(e) => {
        if (!(e.relatedTarget instanceof Node && e.currentTarget.contains(e.relatedTarget))) setOver(false);
      }}
      onDrop={(e) => {
        if (!isFiles(e)) return;
        e.preventDefault();
        setOver(false);
        add(e.dataTransfer.files);
      }}
    >
      {children}
    </div>
  );
}

/** The button; on a phone one for the camera too. */
function Adding({ add }: { add: (files: Iterable<File>) => void }) {
  const w = useWords();
  const touch = useMediaQuery("(pointer: coarse)", false, { getInitialValueInEffect: false });
  return (
    <span className="row">
      {touch && <Chooser label={w.camera} icon={<IconCamera size={18} />} accept={PHOTOS} camera add={add} />}
      <Chooser label={w.add} icon={<IconPlus size={16} />} accept={TAKEN} add={add} />
    </span>
  );
}

type ChooserProps = {
  label: string;
  icon: ReactNode;
  accept: string;
  camera?: boolean;
  add: (files: Iterable<File>) => void;
};

function Chooser({ label, icon, accept, camera = false, add }: ChooserProps) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <>
      <input
        ref={input}
        id={id}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        {...(camera ? { capture: "environment" as const } : { multiple: true })}
        onChange={(e) => {
          add(e.currentTarget.files ?? []);
          e.currentTarget.value = ""; // the same file may be chosen again
        }}
      />
      <Button
        size="xs"
        className="files-add"
        variant="default"
        leftSection={icon}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
    </>
  );
}

/** The way broke, or the fault is ours: the same file may come through. */
const isWorthAgain = (error: unknown) =>
  !(error instanceof ApiError) || error.isOffline || error.status >= 500 || error.code === "file.cut";

/** A file on its way: how far it is, or why it did not come. */
function Way({ row, again, drop }: { row: Sent; again: () => void; drop: () => void }) {
  const w = useWords();
  const text = useErrorText();
  return (
    <div className="files-way" role={row.error ? "alert" : "status"}>
      <div className="row">
        <span className="grow ell">{row.file.name}</span>
        {row.error ? (
          <>
            {isWorthAgain(row.error) && (
              <Button size="compact-xs" variant="default" onClick={again}>
                {w.again}
              </Button>
            )}
            <ActionIcon variant="subtle" color="gray" aria-label={w.forget} onClick={drop}>
              <IconX size={16} />
            </ActionIcon>
          </>
        ) : (
          <span className="t2 num">{row.part < 1 ? `${Math.round(row.part * 100)} %` : w.looking}</span>
        )}
      </div>
      {row.error ? (
        <div className="k-emg s13">{text(row.error)}</div>
      ) : (
        <Progress value={row.part * 100} size="xs" aria-label={row.file.name} />
      )}
    </div>
  );
}

function Tile({ subject, file: f, onOpen }: { subject: Subject; file: FileRow; onOpen: () => void }) {
  return (
    <button type="button" className="bare files-tile" onClick={onOpen} title={f.caption || f.name}>
      <img src={thumbOf(subject, f)} alt={f.caption || f.name} loading="lazy" decoding="async" />
      {f.caption && <span className="ell s12">{f.caption}</span>}
    </button>
  );
}

type PaperProps = { subject: Subject; file: FileRow; zone: string; onOpen: () => void };

function Paper({ subject, file: f, zone, onOpen }: PaperProps) {
  const w = useWords();
  const now = useNow();
  return (
    <div className="row files-paper">
      <PaperIcon kind={f.kind} size={24} />
      <div className="grow" style={{ minWidth: 0 }}>
        <a href={hrefOf(subject, f.id)} download className="ell files-name">
          {f.name}
        </a>
        {f.caption && <div className="ell">{f.caption}</div>}
        <div className="t2 s12 ell">
          {[w.size(f.bytes), f.by, shortOf(f.created_at, zone, now)].filter(Boolean).join(" · ")}
        </div>
      </div>
      {f.can_change && (
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={w.more(f.name)} onClick={onOpen}>
          <IconPencil size={16} />
        </ActionIcon>
      )}
    </div>
  );
}
