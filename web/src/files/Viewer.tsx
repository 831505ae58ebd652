import { ActionIcon, Button, Modal, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight, IconDownload, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Refused, useSaid } from "../ui/settings";
import { hrefOf, useChange, type FileRow, type Subject } from "./api";
import { PaperIcon } from "./PaperIcon";
import { useWords } from "./words";

type Props = {
  subject: Subject;
  of: number;
  zone: string;
  files: readonly FileRow[];
  shown: number | null;
  show: (id: number | null) => void;
};

/** A file large: the picture, its words, saving and deleting; arrows go on through the pictures. */
export function Viewer({ subject, of, zone, files, shown, show }: Props) {
  const w = useWords();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const file = files.find((f) => f.id === shown);
  const pictures = files.filter((f) => f.is_picture);
  const at = pictures.findIndex((f) => f.id === shown);
  const go = (step: number) => {
    const next = pictures[at + step];
    if (at >= 0 && next) show(next.id);
  };
  return (
    <Modal
      opened={file !== undefined}
      onClose={() => show(null)}
      size={960}
      fullScreen={narrow}
      title={<span className="ell files-title">{file?.name ?? w.title}</span>}
      onKeyDown={(e) => {
        if (e.target instanceof HTMLInputElement) return;
        if (e.key === "ArrowLeft") go(-1);
        if (e.key === "ArrowRight") go(1);
      }}
    >
      {file && (
        <div className="col">
          {file.is_picture && (
            <div className="files-large">
              <img src={hrefOf(subject, file.id)} alt={file.caption || file.name} />
              {at > 0 && (
                <ActionIcon
                  className="files-go left"
                  size={44}
                  variant="default"
                  aria-label={w.before}
                  onClick={() => go(-1)}
                >
                  <IconChevronLeft />
                </ActionIcon>
              )}
              {at < pictures.length - 1 && (
                <ActionIcon
                  className="files-go right"
                  size={44}
                  variant="default"
                  aria-label={w.next}
                  onClick={() => go(1)}
                >
                  <IconChevronRight />
                </ActionIcon>
              )}
            </div>
          )}
          <About key={file.id} subject={subject} of={of} zone={zone} file={file} close={() => show(null)} />
        </div>
      )}
    </Modal>
  );
}

type AboutProps = { subject: Subject; of: number; zone: string; file: FileRow; close: () => void };

function About({ subject, of, zone, file, close }: AboutProps) {
  const w = useWords();
  const said = useSaid();
  const now = useNow();
  const change = useChange(subject, of);
  const undo = useChange(subject, of);
  const [caption, setCaption] = useState(file.caption);
  const write = () => {
    if (caption.trim() !== file.caption) {
      change.mutate({ verb: "describe", file, caption }, { onSuccess: () => said(w.saved) });
    }
  };
  const remove = () =>
    change.mutate(
      { verb: "delete", file },
      {
        onSuccess: () => {
          close();
          said(w.deleted(file.name), () =>
            undo.mutate({ verb: "restore", file }, { onError: () => said(w.notRestored(file.name)) }),
          );
        },
      },
    );
  return (
    <>
      <div className="t2 s13 row wrap">
        {!file.is_picture && <PaperIcon kind={file.kind} size={20} />}
        {file.width > 0 && <span>{w.points(file.width, file.height)}</span>}
        <span>{w.size(file.bytes)}</span>
        <span>{file.by}</span>
        <span>{fullOf(file.created_at, zone, now)}</span>
      </div>
      {file.can_change ? (
        <form
          className="row wrap"
          style={{ alignItems: "flex-end" }}
          onSubmit={(e) => {
            e.preventDefault();
            write();
          }}
        >
          <TextInput
            className="grow"
            style={{ minWidth: 200 }}
            label={w.caption}
            placeholder={w.captionHint}
            maxLength={500}
            value={caption}
            onChange={(e) => setCaption(e.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={caption.trim() === file.caption} loading={change.isPending}>
            {w.save}
          </Button>
        </form>
      ) : (
        file.caption && <div>{file.caption}</div>
      )}
      <Refused error={change.error} />
      <div className="row wrap">
        <Button
          component="a"
          href={hrefOf(subject, file.id)}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {w.download}
        </Button>
        {file.can_change && (
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            loading={change.isPending}
            onClick={remove}
          >
            {w.remove}
          </Button>
        )}
      </div>
    </>
  );
}
