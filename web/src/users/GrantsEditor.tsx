import { ActionIcon, Button, MultiSelect, SegmentedControl, Select } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { Note } from "../ui/blocks";
import type { BaseRole, Grant, RightsChoices } from "./api";
import { useWords } from "./words";

/** What a user sees: what the role opens (null), or lines that add up. */
export type Access = Grant[] | null;

const fresh = (): Grant => ({ kind: "part", work_type_ids: [], building_ids: [], group_ids: [] });
const asData = (all: { id: number; name: string }[]) => all.map((x) => ({ value: String(x.id), label: x.name }));

type Props = {
  role: BaseRole;
  value: Access;
  choices: RightsChoices;
  onChange: (v: Access) => void;
  at: (field: string) => string | undefined;
};

/** Whether the role has everything of the company, whatever is granted. */
export const isWhole = (role: BaseRole) => role === "admin" || role === "dispatcher";

/** Lines of what a user sees. `at` gives the message for "grants[0].kind". */
export function GrantsEditor({ role, value, choices, onChange, at }: Props) {
  const w = useWords();
  if (isWhole(role)) return <Note>{w.wholeSees}</Note>;
  const own = role === "executor" || role === "contractor";
  const put = (i: number, line: Grant) => onChange((value ?? []).map((l, n) => (n === i ? line : l)));
  return (
    <div className="col">
      <SegmentedControl
        aria-label={w.access}
        data={[
          { value: "role", label: w.asRole },
          { value: "own", label: w.asOwn },
        ]}
        value={value ? "own" : "role"}
        onChange={(v) => onChange(v === "own" ? [fresh()] : null)}
      />
      {!value && <div className="quiet">{own ? w.asRoleText.own : w.asRoleText.all}</div>}
      {value?.map((line, i) => (
        <GrantLine
          key={i} // lines have no names of their own
          n={i}
          line={line}
          choices={choices}
          at={at}
          onChange={(l) => put(i, l)}
          onRemove={() => onChange(value.filter((_, n) => n !== i))}
        />
      ))}
      {value && (
        <>
          {value.length === 0 && <Note tone="plan">{w.seesNothing}</Note>}
          {value.length > 1 && <div className="quiet">{w.linesAdd}</div>}
          {at("grants") && (
            <div role="alert" className="field-error">
              {at("grants")}
            </div>
          )}
          <div>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} />}
              disabled={value.length >= 20}
              onClick={() => onChange([...value, fresh()])}
            >
              {w.addLine}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

type LineProps = {
  n: number;
  line: Grant;
  choices: RightsChoices;
  at: Props["at"];
  onChange: (l: Grant) => void;
  onRemove: () => void;
};

function GrantLine({ n, line, choices, at, onChange, onRemove }: LineProps) {
  const w = useWords();
  const field = (name: string) => at(`grants[${n}].${name}`);
  const many = (
    key: "work_type_ids" | "building_ids" | "group_ids",
    label: string,
    none: string,
    all: RightsChoices["groups"],
  ) => (
    <MultiSelect
      label={label}
      placeholder={line[key].length ? "" : none}
      searchable
      clearable
      limit={50}
      data={asData(all)}
      value={line[key].map(String)}
      error={field(key)}
      onChange={(ids) => onChange({ ...line, [key]: ids.map(Number) })}
    />
  );
  return (
    <div className="grant-line" role="group" aria-label={`${w.access} ${n + 1}`}>
      <div className="col">
        <Select
          label={w.lineKind}
          allowDeselect={false}
          data={(["all", "part", "own"] as const).map((k) => ({ value: k, label: w.line[k] }))}
          value={line.kind}
          error={field("kind")}
          onChange={(kind) => onChange({ ...fresh(), kind: (kind ?? "part") as Grant["kind"] })} // its data are the kinds
        />
        {line.kind === "part" && (
          <>
            {many("work_type_ids", w.works, w.everyWork, choices.work_types)}
            {many("building_ids", w.houses, w.everyHouse, choices.buildings)}
            {choices.groups.length > 0 && many("group_ids", w.groups, "", choices.groups)}
          </>
        )}
      </div>
      <ActionIcon variant="subtle" color="gray" size={36} mt={18} aria-label={w.removeLine(n + 1)} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}
