import { Button } from "@mantine/core";
import { useState, type Ref } from "react";
import type { ReasonRow } from "../api/types";
import { useRoubles } from "../i18n/roubles";
import { Note, Say } from "../ui/blocks";
import { KindMark, KindSign } from "../ui/Kind";
import { SearchBox } from "./SearchBox";
import { useReasonSearch } from "./search";
import { useWords } from "./words";

export type ReasonPickerProps = {
  value: ReasonRow | null;
  onChange: (reason: ReasonRow | null) => void;
  /** Whose catalogue; null: the house, and so the company, is not known yet, and the field waits. */
  companyId: number | null;
  error?: string | undefined;
  autoFocus?: boolean | undefined;
  disabled?: boolean | undefined;
  inputRef?: Ref<HTMLInputElement> | undefined;
};

/** What happened, by people's words («топит», «льёт»): the best match is marked, Enter takes it. */
export function ReasonPicker({ value, onChange, companyId, error, autoFocus, disabled, inputRef }: ReasonPickerProps) {
  const w = useWords();
  const [typed, setTyped] = useState("");
  const search = useReasonSearch(typed, companyId);
  if (value) {
    return (
      <div role="group" aria-label={w.reason.label}>
        <div className="mantine-InputWrapper-label">{w.reason.label}</div>
        <div className="reason-chosen">
          <KindMark kind={value.kind} />
          <span className="b grow">{value.name}</span>
          <span className="t2 s12">{value.category}</span>
          {!disabled && (
            <Button variant="subtle" size="compact-xs" onClick={() => onChange(null)}>
              {w.reason.change}
            </Button>
          )}
        </div>
        {error && (
          <div className="field-error" role="alert">
            {error}
          </div>
        )}
      </div>
    );
  }
  return (
    <SearchBox
      label={w.reason.label}
      placeholder={w.reason.placeholder}
      hint={companyId === null ? w.reason.needAddress : undefined}
      typed={typed}
      onType={setTyped}
      items={search.items}
      keyOf={(r) => r.id}
      row={(r) => (
        <div className="reason-row">
          <KindSign kind={r.kind} />
          <span>
            <span className="b">{r.name}</span>{" "}
            <span className="t2 s12">
              {r.category}
              {r.found_by && ` · ${w.reason.foundBy(r.found_by)}`}
            </span>
          </span>
        </div>
      )}
      onPick={onChange}
      empty={search.isFailed ? w.reason.failed : search.isSettled ? w.reason.none(search.q) : null}
      error={error}
      autoFocus={autoFocus}
      disabled={(disabled ?? false) || companyId === null}
      inputRef={inputRef}
    />
  );
}

/** Words of safety of a reason; they come before the questions. Nothing when the reason has none. */
export function SafetyNote({ reason }: { reason: ReasonRow | null }) {
  const w = useWords();
  if (!reason?.safety) return null;
  return (
    <Note tone="emg">
      <span>
        <b>{w.reason.safety}</b> {reason.safety}
      </span>
    </Note>
  );
}

/** What to answer to a consultation, and the prices of paid work (R5): both are read out. Nothing for others. */
export function ReasonWords({ reason }: { reason: ReasonRow | null }) {
  const w = useWords();
  const roubles = useRoubles();
  if (reason?.kind === "consultation" && reason.answer) return <Say label={w.reason.answer}>{reason.answer}</Say>;
  if (reason?.kind !== "paid" || reason.prices.length === 0) return null;
  return (
    <Say label={w.reason.prices}>
      {reason.prices.map((p, i) => (
        <div key={i}>
          {p.name} – <b>{roubles(p.amount)}</b>
          {p.unit && ` ${w.reason.per(p.unit)}`}
        </div>
      ))}
    </Say>
  );
}
