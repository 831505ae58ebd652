import { Button, Modal, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import type { TicketCard } from "../api/types";
import { numberOf } from "../time/format";
import { Key, Note, useErrorText } from "../ui/blocks";
import { useWords as useCommon } from "../ui/words";
import { useAssign, useChoices, type Whose } from "./api";
import { useWords } from "./words";

/** Gives one request to a chosen person; who was first is said, and the card behind is fresh. */
export function AssignDialog({ ticket: t, what, onClose }: { ticket: TicketCard; what: Whose; onClose: () => void }) {
  const w = useWords();
  const c = useCommon();
  const say = useErrorText();
  const choices = useChoices(t.company_id).data;
  const assign = useAssign(t.id);
  const [member, setMember] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const people = (what === "executor" ? choices?.executors : choices?.responsible) ?? [];
  const refused = assign.error instanceof ApiError ? assign.error : null;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (!member || assign.isPending) return;
    assign.mutate(
      { what, member_id: Number(member), version: t.version },
      {
        onSuccess: () => {
          notifications.show({ message: w.assign.done[what], color: "accent" });
          onClose();
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{w.assign.title[what](c.number(numberOf(t.number)))}</span>}
      size="md"
      closeButtonProps={{ "aria-label": c.close }}
    >
      <form
        className="col"
        style={{ gap: 12 }}
        noValidate
        onSubmit={submit}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) submit();
        }}
      >
        <Select
          label={w.bulk.what[what]}
          description={what === "executor" ? w.assign.anybody : w.bulk.from.responsible}
          data-autofocus
          searchable
          nothingFoundMessage={w.filter.none}
          data={people.filter((p) => p.id !== t[what]?.id).map((p) => ({ value: String(p.id), label: p.name }))}
          value={member}
          error={tried && !member ? w.bulk.lack.member : refused?.fields.get("member_id")}
          onChange={setMember}
        />
        {what === "executor" && <div className="quiet">{t.accepted_at ? w.assign.called : w.assign.told}</div>}
        {assign.isError && (
          <div role="alert">
            <Note tone={refused?.isConflict ? "plan" : "emg"}>{say(assign.error)}</Note>
          </div>
        )}
        <div className="row move-foot" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button type="submit" className="btn-primary" loading={assign.isPending} rightSection={<Key>Ctrl Enter</Key>}>
            {w.assign.send}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
