import { Button, Drawer, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Failed } from "../ui/blocks";
import { Rest, useRefusal } from "../ui/settings";
import { useChoices, useInvite, useRoles, type CompanyID, type Invitation } from "./api";
import { GrantsEditor, isWhole, type Access } from "./GrantsEditor";
import { LinkShown } from "./LinkShown";
import { roleBody, RolePicker, type RoleValue } from "./RolePicker";
import { useWords } from "./words";

type Props = { company: CompanyID; opened: boolean; onClose: () => void };

/** Whom to invite as what; then the link, once. */
export function InviteDrawer({ company, opened, onClose }: Props) {
  const w = useWords();
  return (
    <Drawer opened={opened} onClose={onClose} position="right" size={480} title={w.inviteTitle}>
      <InviteForm company={company} onClose={onClose} />
    </Drawer>
  );
}

/** The form of the drawer. */
export function InviteForm({ company, onClose }: Omit<Props, "opened">) {
  const w = useWords();
  const roles = useRoles(company);
  const choices = useChoices(company);
  const invite = useInvite(company);
  const refusal = useRefusal(invite.error);
  const [name, setName] = useState("");
  const [role, setRole] = useState<RoleValue>({ role: "executor", role_id: null });
  const [member, setMember] = useState<string | null>(null);
  const [access, setAccess] = useState<Access>(null);
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<Invitation | null>(null);
  if (made) return <LinkShown invitation={made} onDone={onClose} />;
  if (roles.isError || choices.isError)
    return (
      <Failed
        error={roles.error ?? choices.error}
        title={w.failed}
        retry={() => void Promise.all([roles.refetch(), choices.refetch()])}
      />
    );
  if (!roles.data || !choices.data) return null;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (!name.trim() || invite.isPending) return;
    const own = isWhole(role.role) ? null : access;
    const body = {
      ...roleBody(role),
      name,
      ...(member ? { member_id: Number(member) } : {}),
      ...(own ? { own_grants: true, grants: own } : {}),
    };
    invite.mutate(body, { onSuccess: setMade });
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.personName}
        description={w.personHint}
        value={name}
        maxLength={100}
        autoFocus
        error={refusal.at("name") ?? (tried && !name.trim() ? w.needField : undefined)}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <RolePicker
        roles={roles.data.items}
        value={role}
        onChange={setRole}
        error={refusal.at("role") ?? refusal.at("role_id")}
      />
      <Select
        label={w.member}
        description={w.memberHint}
        placeholder={w.noMember}
        searchable
        clearable
        data={choices.data.members.map((m) => ({ value: String(m.id), label: m.name }))}
        value={member}
        error={refusal.at("member_id")}
        onChange={(v) => {
          setMember(v);
          const found = choices.data.members.find((m) => String(m.id) === v);
          if (found && !name.trim()) setName(found.name);
        }}
      />
      <div>
        <div className="s12 t2 b">{w.access}</div>
        <GrantsEditor role={role.role} value={access} choices={choices.data} onChange={setAccess} at={refusal.at} />
      </div>
      <Rest of={refusal} />
      <Button type="submit" className="btn-primary" loading={invite.isPending}>
        {w.makeLink}
      </Button>
    </form>
  );
}
