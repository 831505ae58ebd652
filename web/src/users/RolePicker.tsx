import { Select } from "@mantine/core";
import type { BaseRole, Role } from "./api";
import { useWords } from "./words";

/** A role as it is sent: one of the usual ones, or the id of the company's own. */
export type RoleValue = { role: BaseRole; role_id: number | null };

const keyOf = (v: RoleValue) => (v.role_id ? String(v.role_id) : v.role);

/** What a role is called. */
export function useRoleName(): (r: { role: BaseRole; role_name: string }) => string {
  const w = useWords();
  return (r) => r.role_name || w.roles[r.role];
}

type Props = { roles: Role[]; value: RoleValue; onChange: (v: RoleValue) => void; error?: string | undefined };

/** One of the roles of the company. */
export function RolePicker({ roles, value, onChange, error }: Props) {
  const w = useWords();
  return (
    <Select
      label={w.role}
      allowDeselect={false}
      searchable
      data={roles.map((r) => ({ value: r.id ? String(r.id) : r.base, label: r.name || w.roles[r.base] }))}
      value={keyOf(value)}
      error={error}
      onChange={(v) => {
        const found = roles.find((r) => (r.id ? String(r.id) : r.base) === v);
        if (found) onChange({ role: found.base, role_id: found.id });
      }}
    />
  );
}

/** The role of a request's body: with an own one the usual one is left out. */
export function roleBody(v: RoleValue): { role: BaseRole } | { role_id: number } {
  return v.role_id ? { role_id: v.role_id } : { role: v.role };
}
