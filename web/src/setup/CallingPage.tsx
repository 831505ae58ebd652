import { Button, Checkbox, NumberInput, Skeleton, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { may, useMe } from "../session/session";
import { Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import {
  mostNumbers,
  rulesOf,
  useCalling,
  useCompanyId,
  useSetCalling,
  type CallingRules,
  type CallingState,
} from "./api";
import { useWords } from "./words";
import "./setup.css";

/** How the automation of a company calls; dials that do not fit are said before they are saved. */
export function CallingPage() {
  const w = useWords().calling;
  const company = useCompanyId();
  const query = useCalling(company);
  return (
    <SettingsPage title={w.title} about={w.about}>
      {query.isError && !query.data ? (
        <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Late>
          <Skeleton h={240} animate={false} />
        </Late>
      ) : (
        <Form key={query.data.version} rules={query.data} company={company} />
      )}
    </SettingsPage>
  );
}

type Field =
  | "step_min"
  | "dials"
  | "ring_sec"
  | "operator_within_sec"
  | "repeat_min"
  | "inquiry_min"
  | "supplier_min"
  | "callback_min";
const purposes = ["status_inquiry", "feedback", "resident", "supplier_handover", "supplier_inquiry"] as const;
type Clock = "quiet_from" | "quiet_to" | "work_from" | "work_to";

function Form({ rules, company }: { rules: CallingState; company: number }) {
  const w = useWords().calling;
  const canWrite = may(useMe(), "company.write");
  const save = useSetCalling(company);
  const refusal = useRefusal(save.error);
  const said = useSaid();
  const [draft, setDraft] = useState<CallingRules>(() => rulesOf(rules));
  const set = (part: Partial<CallingRules>) => {
    if (save.isError) save.reset();
    setDraft((d) => ({ ...d, ...part }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft, { onSuccess: () => said(w.saved) });
  };
  const number = (key: Field, min: number, max: number) => (
    <NumberInput
      label={w[key]}
      min={min}
      max={max}
      allowDecimal={false}
      value={draft[key] ?? ""}
      error={refusal.at(key)}
      onChange={(v) => set({ [key]: Number(v) || 0 })}
    />
  );
  const clock = (key: Clock) => (
    <TextInput
      type="time"
      label={w[key]}
      value={draft[key]}
      error={refusal.at(key)}
      onChange={(e) => set({ [key]: e.currentTarget.value })}
    />
  );
  const fit = draft.dials > 0 && draft.step_min > 0 ? mostNumbers(draft.step_min, draft.dials, draft.ring_sec) : 0;
  return (
    <form onSubmit={submit} noValidate>
      {!canWrite && <Note>{w.readOnly}</Note>}
      <fieldset disabled={!canWrite} className="calling">
        <Panel title={w.emergency}>
          <div className="calling-grid">
            {number("step_min", 1, 60)}
            {number("dials", 1, 10)}
            {number("ring_sec", 15, 120)}
            {number("operator_within_sec", 10, 600)}
            {number("repeat_min", 1, 60)}
          </div>
          <div role="status" className="calling-fit">
            <Note {...(fit === 0 ? { tone: "emg" as const } : fit < 2 ? { tone: "plan" as const } : {})}>
              {fit === 0 ? w.fitsNot : w.fits(fit)}
            </Note>
          </div>
        </Panel>
        <Panel title={w.other}>
          <div className="calling-grid">
            {number("inquiry_min", 10, 1440)}
            {number("supplier_min", 10, 2880)}
            {number("callback_min", 1, 10)}
          </div>
          <h3 className="calling-h">{w.calleeFirst}</h3>
          <div className="s13 t2">{w.calleeFirstText}</div>
          <Checkbox.Group
            value={draft.callee_first ?? []}
            onChange={(v) => set({ callee_first: v })}
            error={refusal.at("callee_first")}
          >
            <div className="col" style={{ marginTop: 8 }}>
              {purposes.map((p) => (
                <Checkbox key={p} value={p} label={w.purpose[p]} />
              ))}
            </div>
          </Checkbox.Group>
          <h3 className="calling-h">{w.quiet}</h3>
          <div className="row">
            {clock("quiet_from")}
            {clock("quiet_to")}
          </div>
          <h3 className="calling-h">{w.work}</h3>
          <div className="row">
            {clock("work_from")}
            {clock("work_to")}
          </div>
        </Panel>
      </fieldset>
      <Rest of={refusal} whole />
      {canWrite && (
        <Button type="submit" className="btn-primary" mt={12} loading={save.isPending}>
          {w.save}
        </Button>
      )}
    </form>
  );
}
