import { Button, Checkbox } from "@mantine/core";
import type { Permission } from "../session/session";
import { Rest, type Refusal } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useWords } from "./words";

/** What a permission is called; one of a newer server by its own word. */
export function usePermissionName(): (p: string) => string {
  const w = useWords();
  return (p) => w.permissions[p as Permission] ?? p;
}

/** Permissions by what they are about, in their order. */
function grouped(all: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const p of all) {
    const kind = p.split(".")[0] ?? p;
    groups.set(kind, [...(groups.get(kind) ?? []), p]);
  }
  return [...groups];
}

/** What somebody may do, to be read. */
export function PermissionList({ permissions }: { permissions: readonly string[] }) {
  const w = useWords();
  const name = usePermissionName();
  return (
    <div className="rights">
      {grouped(permissions).map(([kind, list]) => (
        <div key={kind}>
          <div className="s12 t2 b">{w.groupsOf[kind] ?? kind}</div>
          {list.map((p) => (
            <div key={p} className="s13">
              {name(p)}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

type Props = { all: readonly string[]; ticked: readonly string[]; onChange: (ticked: string[]) => void };

/** Permissions to tick. */
export function PermissionTicks({ all, ticked, onChange }: Props) {
  const w = useWords();
  const name = usePermissionName();
  const put = (p: string, on: boolean) => onChange(all.filter((x) => (x === p ? on : ticked.includes(x))));
  return (
    <div className="rights">
      {grouped(all).map(([kind, list]) => (
        <fieldset key={kind}>
          <legend>{w.groupsOf[kind] ?? kind}</legend>
          {list.map((p) => (
            <Checkbox
              key={p}
              label={name(p)}
              checked={ticked.includes(p)}
              onChange={(e) => put(p, e.currentTarget.checked)}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

type FootProps = Props & {
  /** What is wrong with the ticks. */
  bad: string | undefined;
  refusal: Refusal;
  yes: string;
  isPending: boolean;
  onCancel: () => void;
};

/** The end of a form that gives rights: the ticks, what is wrong with them, save or not. */
export function RightsFoot({ bad, refusal, yes, isPending, onCancel, ...ticks }: FootProps) {
  const c = useCommon();
  return (
    <>
      <PermissionTicks {...ticks} />
      {bad && (
        <div role="alert" className="field-error">
          {bad}
        </div>
      )}
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={isPending}>
          {yes}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {c.cancel}
        </Button>
      </div>
    </>
  );
}
