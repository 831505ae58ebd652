import { Button } from "@mantine/core";
import { missing, type Missing } from "../request/form";
import { PreviewLine } from "../request/Preview";
import { AnswersLeft } from "../request/Questions";
import { usePreview } from "../request/search";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Key, Note, Say, useErrorText } from "../ui/blocks";
import type { CallWork } from "./useCallWork";
import { useWords } from "./words";

interface Props {
  work: CallWork;
  active: boolean;
  onSave(): void;
  onOutcome(): void;
  /** Goes to the field that is named as missing. */
  onField(field: Missing): void;
}

/** The foot of the form, always in sight: what the system will decide, the words to read, the one action. */
export function RequestFooter({ work, active, onSave, onOutcome, onField }: Props) {
  const w = useWords();
  const now = useNow();
  const errorText = useErrorText();
  const { form } = work.work.draft;
  const { saved, saving, error, tried } = work.work;
  const consult = form.reason?.kind === "consultation";
  const preview = usePreview(
    form.place?.companyId,
    form.place?.buildingId,
    consult || saved ? undefined : form.reason,
    form.answers,
  ).data;
  const left = missing(form).filter((m) => m.startsWith("answer-")).length;
  if (saved) {
    return (
      <div className="footer col">
        <div data-testid="say" className="say-large">
          <Say label={w.form.readNow}>{saved.say}</Say>
        </div>
        {error && <Note tone="emg">{errorText(error)}</Note>}
      </div>
    );
  }
  const miss = tried && !consult ? missing(form)[0] : undefined;
  return (
    <div className="footer col">
      {form.place && form.reason && !consult && <PreviewLine preview={preview} />}
      {preview?.say && <Say label={w.form.afterSave}>{preview.say}</Say>}
      {(miss || error) && (
        <div className="s13 k-emg" role="alert" data-testid="not-saved">
          {w.form.notSaved}{" "}
          {error ? (
            errorText(error)
          ) : (
            <button type="button" className="linkish" onClick={() => miss && onField(miss)}>
              {missText(miss ?? "place", form, w)}
            </button>
          )}
          {error?.isOffline ? ` ${fullOf(now, form.place?.zone || "UTC", now)}` : ""}
        </div>
      )}
      <div className="row wrap">
        <Button
          className={active ? "btn-primary" : ""}
          data-testid="save"
          disabled={!active}
          loading={saving}
          rightSection={<Key>{w.keySave}</Key>}
          onClick={onSave}
        >
          {consult ? w.form.saveConsultation : w.form.save}
        </Button>
        <Button
          variant="default"
          data-testid="other-outcome"
          disabled={!active}
          rightSection={<Key>F3</Key>}
          onClick={onOutcome}
        >
          {w.form.otherResult}
        </Button>
        <span className="grow" />
        {form.reason && <AnswersLeft left={left} />}
      </div>
    </div>
  );
}

function missText(m: Missing, form: CallWork["work"]["draft"]["form"], w: ReturnType<typeof useWords>): string {
  if (m === "place") return w.form.miss.address;
  if (m === "reason") return w.form.miss.reason;
  const q = form.reason?.questions.find((x) => m === `answer-${x.id}`);
  return q?.type === "choice" || q?.type === "yes_no" ? w.form.miss.question(q.text) : w.form.miss.words(q?.text ?? "");
}
