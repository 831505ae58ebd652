import { NumberInput, TextInput } from "@mantine/core";
import { useId, useRef, type KeyboardEvent } from "react";
import type { ReasonQuestion } from "../api/types";
import { YES_NO } from "./answers";
import type { Answers } from "./form";
import { useWords } from "./words";

export type QuestionsProps = {
  questions: readonly ReasonQuestion[];
  answers: Answers;
  onChange: (answers: Answers) => void;
  /** Messages by question id (from the server, or "an answer is needed" after a try to save). */
  errors?: Readonly<Record<number, string>> | undefined;
  disabled?: boolean | undefined;
};

/** The reason's questions: one tap for a choice, a field for words. Required ones are marked. */
export function Questions({ questions, answers, onChange, errors = {}, disabled = false }: QuestionsProps) {
  if (questions.length === 0) return null;
  const set = (id: number, value: string) => onChange({ ...answers, [id]: value });
  return (
    <div className="questions">
      {questions.map((q) => (
        <Question
          key={q.id}
          question={q}
          value={answers[q.id] ?? ""}
          onChange={(value) => set(q.id, value)}
          error={errors[q.id]}
          disabled={disabled}
        />
      ))}
    </div>
  );
}

type One = {
  question: ReasonQuestion;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  disabled: boolean;
};

function Question({ question, value, onChange, error, disabled }: One) {
  const w = useWords();
  const common = { label: question.text, withAsterisk: question.required, error, disabled };
  const anchor = { "data-question": question.id };
  switch (question.type) {
    case "yes_no": {
      const options = [
        { value: YES_NO.yes, label: w.questions.yes },
        { value: YES_NO.no, label: w.questions.no },
        { value: YES_NO.unknown, label: w.questions.unknown },
      ];
      return <Choice {...{ question, value, onChange, error, disabled, options }} />;
    }
    case "choice":
      return (
        <Choice
          {...{ question, value, onChange, error, disabled }}
          options={question.options.map((o) => ({ value: o, label: o.charAt(0).toUpperCase() + o.slice(1) }))}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          {...anchor}
          hideControls
          decimalSeparator=","
          allowedDecimalSeparators={[",", "."]}
          value={value}
          onChange={(n) => onChange(String(n))}
          w="100%"
        />
      );
    default:
      return (
        <TextInput
          {...common}
          {...anchor}
          value={value}
          maxLength={1000}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      );
  }
}

type ChoiceProps = One & { options: readonly { value: string; label: string }[] };

/** One of several, as buttons in a row: arrows move, a tap on the chosen one takes it back. */
function Choice({ question, value, onChange, error, disabled, options }: ChoiceProps) {
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  const chosen = options.findIndex((o) => o.value === value);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey) return;
    event.preventDefault();
    const at = [...(row.current?.children ?? [])].indexOf(document.activeElement as Element);
    const next = (Math.max(at, 0) + step + options.length) % options.length;
    onChange(options[next]!.value);
    (row.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div>
      <div className="mantine-InputWrapper-label" id={id}>
        {question.text}
        {question.required && <span className="asterisk"> *</span>}
      </div>
      <div
        className={error ? "choice bad" : "choice"}
        role="radiogroup"
        aria-labelledby={id}
        aria-required={question.required}
        aria-invalid={error !== undefined}
        data-question={question.id}
        ref={row}
        onKeyDown={move}
      >
        {options.map((o, i) => (
          <button
            key={o.value}
            type="button"
            role="radio"
            aria-checked={i === chosen}
            tabIndex={i === Math.max(chosen, 0) ? 0 : -1}
            disabled={disabled}
            onClick={() => onChange(i === chosen ? "" : o.value)}
          >
            {o.label}
          </button>
        ))}
      </div>
      {error && (
        <div className="field-error" role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

/** "осталось 2 ответа", for the footer of the form. */
export function AnswersLeft({ left }: { left: number }) {
  const w = useWords();
  return <span className="t2 s13 nw">{left > 0 ? w.questions.left(left) : w.questions.all}</span>;
}
