import { Button, SegmentedControl, Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import { useErrorText, Key } from "../ui/blocks";
import { useComment } from "./api";
import type { Later } from "./Actions";
import { useWords } from "./words";

const keyOf = (id: number) => `d24.comment.${id}`;

/** A comment for the staff or for the resident. What is typed survives a reload until it is written. */
export function CommentBox({ ticketId, big = false, later }: { ticketId: number; big?: boolean; later?: Later }) {
  const w = useWords();
  const error = useErrorText();
  const [text, setText] = useState(() => localStorage.getItem(keyOf(ticketId)) ?? "");
  const [target, setTarget] = useState<"inside" | "resident">("inside");
  const write = useComment(ticketId);
  useEffect(() => {
    if (text) localStorage.setItem(keyOf(ticketId), text);
    else localStorage.removeItem(keyOf(ticketId));
  }, [text, ticketId]);
  const send = () => {
    if (!text.trim() || write.isPending) return;
    if (later) {
      const body = { text: text.trim(), is_for_resident: target === "resident" };
      setText("");
      setTarget("inside");
      void later({ verb: "comment", body }).catch(() => setText(body.text)); // no room on the device: nothing typed is lost
      return;
    }
    write.mutate(
      { text: text.trim(), is_for_resident: target === "resident" },
      {
        onSuccess: () => {
          setText("");
          setTarget("inside");
        },
      },
    );
  };
  return (
    <form
      className="comment-box"
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
    >
      {target === "resident" && <div className="quiet k-plan">{w.comment.residentNote}</div>}
      <div className="row wrap" style={{ alignItems: "flex-end" }}>
        <SegmentedControl
          aria-label={w.comment.target}
          size={big ? "md" : "sm"}
          value={target}
          onChange={(t) => setTarget(t as typeof target)}
          data={[
            { value: "inside", label: w.comment.inside },
            { value: "resident", label: w.comment.resident },
          ]}
        />
        <Textarea
          className="grow comment-text"
          aria-label={target === "inside" ? w.comment.insideHint : w.comment.residentHint}
          placeholder={target === "inside" ? w.comment.insideHint : w.comment.residentHint}
          minRows={1}
          maxRows={6}
          maxLength={4000}
          value={text}
          error={write.isError ? error(write.error) : undefined}
          onChange={(e) => setText(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
              e.preventDefault();
              e.stopPropagation();
              send();
            }
          }}
        />
        <Button
          type="submit"
          variant="default"
          h={big ? 48 : 36}
          loading={write.isPending}
          disabled={!text.trim()}
          rightSection={big ? null : <Key>Ctrl Enter</Key>}
        >
          {w.comment.write}
        </Button>
      </div>
    </form>
  );
}
