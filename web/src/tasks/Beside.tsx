import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../api/client";
import type { TaskCard, TaskResult } from "../api/types";
import { useWords as useDesk } from "../desk/words";
import { useLang } from "../i18n/i18n";
import { useNow } from "../time/clock";
import { remainsOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { Refused } from "../ui/settings";
import "./tasks.css";
import { useWords } from "./words";

type Other = TaskCard["beside"][number];
type Kind = TaskResult["kind"];

/** Other requests of the same person in this call: each is answered by itself (F44, F45, F50). */
export function Beside({ card, open }: { card: TaskCard; open: boolean }) {
  const w = useWords();
  if (card.beside.length === 0) return null;
  return (
    <Panel title={w.beside(card.beside.length)}>
      <ul className="beside" data-testid="beside">
        {card.beside.map((o) => (
          <Line key={o.task.id} other={o} open={open} />
        ))}
      </ul>
    </Panel>
  );
}

function Line({ other, open }: { other: Other; open: boolean }) {
  const w = useWords();
  const desk = useDesk();
  const lang = useLang();
  const now = useNow();
  const client = useQueryClient();
  const { task } = other;
  const [note, setNote] = useState("");
  const [number, setNumber] = useState("");
  const [taken, setTaken] = useState("");
  const supplier = task.purpose === "supplier_handover" || task.purpose === "supplier_inquiry";
  const say = useMutation({
    mutationFn: (kind: Kind) =>
      take(
        api.POST("/api/v1/desk/tasks/{id}/result", {
          params: { path: { id: task.id } },
          body: {
            kind,
            ...(note.trim() ? { note: note.trim() } : {}),
            ...(number.trim() ? { their_number: number.trim() } : {}),
            ...(taken.trim() ? { handed_to: taken.trim() } : {}),
          },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["desk"] }),
  });
  const left = task.promise_at ? Date.parse(task.promise_at) - now : 0;
  return (
    <li data-testid={`beside-${task.id}`}>
      <div className="row wrap">
        <span className="b grow">{task.title}</span>
        {left > 0 && <span className="chip num">{remainsOf(left, lang)}</span>}
        {say.isSuccess && <span className="chip acc">{w.besideDone}</span>}
      </div>
      {!say.isSuccess && (
        <>
          <div className="row wrap">
            {supplier && (
              <TextInput
                size="xs"
                aria-label={w.theirNumber}
                placeholder={w.theirNumber}
                maxLength={60}
                value={number}
                onChange={(e) => setNumber(e.currentTarget.value)}
              />
            )}
            {task.purpose === "supplier_handover" && (
              <TextInput
                size="xs"
                aria-label={w.handedTo}
                placeholder={w.handedTo}
                maxLength={200}
                value={taken}
                onChange={(e) => setTaken(e.currentTarget.value)}
              />
            )}
            <TextInput
              size="xs"
              className="grow"
              aria-label={w.note}
              placeholder={w.note}
              maxLength={1000}
              value={note}
              onChange={(e) => setNote(e.currentTarget.value)}
            />
          </div>
          <div className="row wrap">
            {other.results.map((kind) => (
              <Button
                key={kind}
                size="compact-sm"
                variant="default"
                disabled={!open || say.isPending || (kind === "refused" && !note.trim())}
                title={kind === "refused" && !note.trim() ? w.noteNeeded : undefined}
                onClick={() => say.mutate(kind)}
              >
                {desk.job.results[kind][0]}
              </Button>
            ))}
          </div>
          <Refused error={say.error} />
        </>
      )}
    </li>
  );
}
