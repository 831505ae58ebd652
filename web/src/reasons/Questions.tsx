import { ActionIcon, Button, Checkbox, Select, TagsInput, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { Empty } from "../ui/blocks";
import type { Ask } from "./api";
import { moved, newQuestion, put } from "./draft";
import type { PartProps } from "./part";
import { useWords } from "./words";

/** What the operator asks, in order. */
export function QuestionList({ draft, set, at }: PartProps) {
  const w = useWords();
  const rows = draft.questions;
  const change = (questions: Ask[]) => set({ questions });
  return (
    <>
      <p className="quiet">{w.questions.note}</p>
      {at("questions") && <div className="field-error">{at("questions")}</div>}
      {rows.length === 0 && <Empty title={w.questions.none}>{w.questions.noneText}</Empty>}
      <ol className="rs-questions">
        {rows.map((q, i) => (
          <li key={`${q.id}-${i}`}>
            <div className="rs-q">
              <TextInput
                className="grow rs-q-text"
                label={w.questions.text(i + 1)}
                maxLength={200}
                value={q.text}
                error={at(`questions[${i}].text`)}
                onChange={(e) => change(put(rows, i, { text: e.currentTarget.value }))}
              />
              <Select
                aria-label={w.questions.type(i + 1)}
                w={130}
                mt={18}
                allowDeselect={false}
                data={(["text", "choice", "yes_no", "number"] as const).map((t) => ({
                  value: t,
                  label: w.questions.types[t],
                }))}
                value={q.type}
                error={at(`questions[${i}].type`)}
                onChange={(t) => change(put(rows, i, { type: (t ?? q.type) as Ask["type"] }))} // its data are the types
              />
              <Checkbox
                mt={28}
                label={w.questions.required}
                checked={q.required}
                onChange={(e) => change(put(rows, i, { required: e.currentTarget.checked }))}
              />
              <span className="row" style={{ gap: 2, marginTop: 20 }}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={32}
                  aria-label={w.questions.up(i + 1)}
                  disabled={i === 0}
                  onClick={() => change(moved(rows, i, i - 1))}
                >
                  <IconArrowUp size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={32}
                  aria-label={w.questions.down(i + 1)}
                  disabled={i === rows.length - 1}
                  onClick={() => change(moved(rows, i, i + 1))}
                >
                  <IconArrowDown size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={32}
                  aria-label={w.questions.remove(i + 1)}
                  onClick={() => change(rows.filter((_, n) => n !== i))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </span>
            </div>
            <More q={q} at={(f) => at(`questions[${i}].${f}`)} onChange={(part) => change(put(rows, i, part))} />
          </li>
        ))}
      </ol>
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => change([...rows, newQuestion])}
        >
          {w.questions.add}
        </Button>
      </div>
    </>
  );
}

function More({
  q,
  at,
  onChange,
}: {
  q: Ask;
  at: (field: string) => string | undefined;
  onChange: (part: Partial<Ask>) => void;
}) {
  const w = useWords();
  if (q.type === "choice")
    return (
      <TagsInput
        label={w.questions.options}
        description={w.questions.optionsNote}
        maxTags={12}
        acceptValueOnBlur
        value={q.options}
        error={at("options") ?? q.options.map((_, j) => at(`options[${j}]`)).find(Boolean)}
        onChange={(options) => onChange({ options })}
      />
    );
  if (q.type === "number")
    return (
      <Select
        label={w.questions.fact}
        w={300}
        allowDeselect={false}
        data={(["", "temperature", "inputs"] as const).map((f) => ({ value: f, label: w.questions.facts[f] }))}
        value={q.fact ?? ""}
        error={at("fact")}
        onChange={(f) => onChange({ fact: (f ?? "") as NonNullable<Ask["fact"]> })} // its data are the facts
      />
    );
  return null;
}
