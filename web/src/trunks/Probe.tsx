import { NumberInput, Select } from "@mantine/core";
import { useState } from "react";
import { useRoubles } from "../i18n/roubles";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Note } from "../ui/blocks";
import { useUndialled } from "../ui/dialled/useUndialled";
import { useTrunks, type ProbeState } from "./api";
import { count, type Part } from "./form";
import { useWords } from "./words";

/** The synthetic call: which number of ours it rings, how often, what it may cost. */
export function ProbeFields({ form, put, refusal }: Part) {
  const w = useWords();
  const trunks = useTrunks();
  const undialled = useUndialled();
  const kept = form.probe_number ?? "";
  const numbers = [...new Set([...(trunks.data?.items.flatMap((t) => t.lines) ?? []), kept])].filter(Boolean);
  return (
    <fieldset className="trunk-probe">
      <legend className="s13">{w.probe}</legend>
      <Select
        label={w.probeNumber}
        description={w.probeHint}
        placeholder={w.probeNone}
        clearable
        searchable
        data={numbers.map((n) => ({ value: n, label: phoneOf(n) }))}
        value={kept || null}
        error={refusal.at("probe_number")}
        onChange={(v) => put({ probe_number: v ?? "" })}
      />
      {undialled.at(kept) && <Note tone="plan">{undialled.at(kept)}</Note>}
      {kept && (
        <div className="trunk-pair">
          <NumberInput
            label={w.probeEvery}
            value={form.probe_every_min ?? 1}
            allowDecimal={false}
            error={refusal.at("probe_every_min")}
            onChange={(v) => put({ probe_every_min: count(v) })}
          />
          <Roubles
            label={w.probePrice}
            kopecks={form.probe_price}
            error={refusal.at("probe_price")}
            put={(probe_price) => put({ probe_price })}
          />
          <Roubles
            label={w.probeBudget}
            kopecks={form.probe_budget}
            error={refusal.at("probe_budget")}
            put={(probe_budget) => put({ probe_budget })}
          />
        </div>
      )}
    </fieldset>
  );
}

type Sum = { label: string; kopecks: number | undefined; error: string | undefined; put: (kopecks: number) => void };

/** A sum as it is typed: "1," is on its way to "1,2". */
function Roubles({ label, kopecks = 0, error, put }: Sum) {
  const [typed, setTyped] = useState<string | number>(kopecks / 100);
  return (
    <NumberInput
      label={label}
      value={typed}
      decimalScale={2}
      decimalSeparator=","
      error={error}
      onChange={(v) => {
        setTyped(v);
        put(Math.round(Number(String(v).replace(",", ".")) * 100) || 0);
      }}
    />
  );
}

/** What came of the last synthetic call. */
export function ProbeFact({ probe: p }: { probe: ProbeState }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const roubles = useRoubles();
  const at = p.at ? momentOf(p.at, me.zone, now) : "";
  return (
    <div>
      <dt>{w.probe}</dt>
      <dd>
        {!p.at ? (
          w.probeWaits
        ) : p.text ? (
          <span className="k-emg">{w.probeFailed(p.text, at)}</span>
        ) : (
          w.probeWell(at, p.answered_ms / 1000)
        )}
        <span className="s12 t2" style={{ display: "block" }}>
          {[
            phoneOf(p.number),
            p.text ? w.inARow(p.failures) : "",
            p.spent > 0 ? w.spent(p.calls, roubles(p.spent)) : "",
            p.is_stopped ? w.moneyOver : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </dd>
    </div>
  );
}
