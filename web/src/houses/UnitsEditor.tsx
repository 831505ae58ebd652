import { Button, Checkbox, Fieldset, NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { Note } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useSaveUnits, type BuildingCard } from "./api";
import { generate, merge, wrongPlan, type Plan } from "./generator";
import { useWords } from "./words";

const PAGE = 60;

/** Units of a house: by a plan with a look before saving, or one by one. */
export function UnitsEditor({ house }: { house: BuildingCard }) {
  const w = useWords();
  const said = useSaid();
  const save = useSaveUnits(house);
  const refusal = useRefusal(save.error);
  const { at } = refusal;
  const [units, setUnits] = useState(house.units);
  const [shown, setShown] = useState(PAGE);
  const [preview, setPreview] = useState<string | null>(null);
  const change = (i: number, part: Partial<(typeof units)[number]>) => {
    if (save.isError) save.reset();
    setUnits((us) => us.map((u, j) => (i === j ? { ...u, ...part } : u)));
  };
  const onPlan = (plan: Plan) => {
    const next = merge(units, generate(plan));
    const kept = new Set(next.map((u) => u.id));
    setPreview(w.plan.result(next.length, units.filter((u) => !kept.has(u.id)).length));
    setUnits(next);
  };
  const firstBad = units.findIndex(
    (_, i) => at(`units[${i}].number`) ?? at(`units[${i}].floor`) ?? at(`units[${i}].entrance`),
  );
  const until = Math.max(shown, firstBad + 1);
  return (
    <div className="col">
      <PlanForm house={house} onPlan={onPlan} />
      {preview && <Note tone="acc">{preview}</Note>}
      <div className="houses-wrap">
        <table className="tbl">
          <thead>
            <tr>
              {(["number", "entrance", "floor", "area", "living"] as const).map((k) => (
                <th key={k}>{w.unit[k]}</th>
              ))}
              <th aria-label={w.remove} />
            </tr>
          </thead>
          <tbody>
            {units.slice(0, until).map((u, i) => (
              <tr key={i} className="units-row">
                <td>
                  <TextInput
                    size="xs"
                    aria-label={w.unit.number}
                    value={u.number}
                    error={at(`units[${i}].number`)}
                    onChange={(e) => change(i, { number: e.currentTarget.value })}
                  />
                </td>
                {(["entrance", "floor"] as const).map((k) => (
                  <td key={k}>
                    <NumberInput
                      size="xs"
                      w={80}
                      allowDecimal={false}
                      aria-label={w.unit[k]}
                      value={u[k]}
                      error={at(`units[${i}].${k}`)}
                      onChange={(v) => change(i, { [k]: Number(v) || 0 })}
                    />
                  </td>
                ))}
                <td>
                  <NumberInput
                    size="xs"
                    w={90}
                    decimalSeparator=","
                    aria-label={w.unit.area}
                    value={u.area_m2 ?? ""}
                    error={at(`units[${i}].area_m2`)}
                    onChange={(v) => change(i, { area_m2: v === "" ? null : Number(v) })}
                  />
                </td>
                <td>
                  <Checkbox
                    aria-label={w.unit.living}
                    checked={u.is_residential}
                    onChange={(e) => change(i, { is_residential: e.currentTarget.checked })}
                  />
                </td>
                <td>
                  <Button variant="subtle" size="compact-xs" onClick={() => setUnits(units.filter((_, j) => j !== i))}>
                    {w.remove}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {units.length > until && (
        <Button variant="default" size="xs" onClick={() => setShown(units.length)}>
          +{units.length - until}
        </Button>
      )}
      {at("units") && <div className="field-error">{at("units")}</div>}
      <Rest of={refusal} />
      <div className="row wrap">
        <Button
          className="btn-primary"
          loading={save.isPending}
          onClick={() =>
            save.mutate(units, {
              onSuccess: (b) => {
                setUnits(b.units);
                setPreview(null);
                said(w.saved);
              },
            })
          }
        >
          {w.saveUnits}
        </Button>
        <Button
          variant="default"
          onClick={() => {
            setShown(units.length + 1);
            setUnits([...units, { id: 0, number: "", entrance: 0, floor: 0, is_residential: true, area_m2: null }]);
          }}
        >
          {w.unit.add}
        </Button>
      </div>
    </div>
  );
}

function PlanForm({ house, onPlan }: { house: BuildingCard; onPlan: (p: Plan) => void }) {
  const w = useWords();
  const [plan, setPlan] = useState<Plan>({
    entrances: house.entrances || 1,
    floors: house.floors || 9,
    perFloor: 4,
    from: 1,
    firstFloor: 1,
  });
  const [tried, setTried] = useState(false);
  const wrong = wrongPlan(plan);
  return (
    <Fieldset legend={w.plan.title}>
      <div className="row wrap" style={{ alignItems: "flex-end" }}>
        {(["entrances", "floors", "perFloor", "from", "firstFloor"] as const).map((k) => (
          <NumberInput
            key={k}
            w={130}
            size="xs"
            allowDecimal={false}
            label={w.plan[k]}
            value={plan[k]}
            error={tried && wrong === k ? w.plan.wrong : undefined}
            onChange={(v) => setPlan({ ...plan, [k]: Number(v) || 0 })}
          />
        ))}
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setTried(true);
            if (!wrong) onPlan(plan);
          }}
        >
          {w.plan.show}
        </Button>
      </div>
      {tried && wrong === "total" && <div className="field-error">{w.plan.total}</div>}
    </Fieldset>
  );
}
