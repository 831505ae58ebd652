import { Button, Modal, Select, Skeleton } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { may, useMe } from "../session/session";
import { Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import {
  useBlock,
  useChoices,
  useEndSessions,
  useFactor,
  useRemoveUser,
  useRoles,
  useSetGrants,
  useSetRole,
  useUser,
  type CompanyID,
  type UserCard,
} from "./api";
import { ForCompany } from "./company";
import { DeskPanel } from "./DeskPanel";
import { FactorReset } from "./FactorPanel";
import { GrantsEditor, isWhole, type Access } from "./GrantsEditor";
import { PermissionList } from "./Permissions";
import { roleBody, RolePicker, useRoleName, type RoleValue } from "./RolePicker";
import { SessionList } from "./SessionList";
import { useWords } from "./words";
import "./users.css";

/** A user: his role and what it lets him do, what he sees, where he is signed in. */
export function UserPage() {
  const { id } = useParams({ strict: false });
  return <ForCompany>{(company) => <OneUser key={id} company={company} id={Number(id)} />}</ForCompany>;
}

/** The page of one user of one company. */
export function OneUser({ company, id }: { company: CompanyID; id: number }) {
  const w = useWords();
  const roleName = useRoleName();
  const user = useUser(company, id);
  const back = (
    <Link to="/settings/users" search={company ? { company } : {}} className="row s13">
      <IconArrowLeft size={16} aria-hidden /> {w.back}
    </Link>
  );
  if (user.isError && !user.data)
    return (
      <SettingsPage title={w.users}>
        {back}
        <Failed error={user.error} title={w.failed} retry={() => void user.refetch()} />
      </SettingsPage>
    );
  if (!user.data)
    return (
      <Late>
        <Skeleton h={240} m={24} animate={false} />
      </Late>
    );
  const u = user.data;
  return (
    <SettingsPage
      title={u.name}
      about={[u.login, roleName(u), u.is_blocked ? w.blocked : "", u.is_me ? w.itsMe : ""].filter(Boolean).join(" · ")}
    >
      {back}
      <div className="users-two">
        <div className="col" style={{ gap: 16 }}>
          <RolePanel key={`${u.role}${u.role_id ?? ""}`} company={company} user={u} />
          <Panel title={w.may}>
            <PermissionList permissions={u.permissions} />
          </Panel>
        </div>
        <div className="col" style={{ gap: 16 }}>
          {u.role === "dispatcher" && <DeskPanel company={company} user={u} />}
          <AccessPanel key={JSON.stringify(u.grants)} company={company} user={u} />
          <SessionsPanel company={company} user={u} />
          <FactorPanel company={company} user={u} />
          <Leaving company={company} user={u} />
        </div>
      </div>
    </SettingsPage>
  );
}

type Props = { company: CompanyID; user: UserCard };

function RolePanel({ company, user: u }: Props) {
  const w = useWords();
  const me = useMe();
  const said = useSaid();
  const roles = useRoles(company);
  const choices = useChoices(company);
  const save = useSetRole(company, u.id);
  const refusal = useRefusal(save.error);
  const [role, setRole] = useState<RoleValue>({ role: u.role, role_id: u.role_id });
  const [member, setMember] = useState(u.member ? String(u.member.id) : null);
  if (!roles.data || !choices.data) return null;
  const writes = may(me, "user.write");
  const same = role.role === u.role && role.role_id === u.role_id;
  return (
    <Panel title={w.role}>
      <form
        className="users-form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate(
            { ...roleBody(role), ...(member ? { member_id: Number(member) } : {}) },
            { onSuccess: () => said(same ? w.saved(u.name) : w.roleSaved) },
          );
        }}
      >
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
          data={withOwn(choices.data.members, u).map((m) => ({ value: String(m.id), label: m.name }))}
          value={member}
          error={refusal.at("member_id")}
          onChange={setMember}
        />
        {!same && <Note>{w.roleNote}</Note>}
        <Rest of={refusal} />
        {writes && (
          <div>
            <Button type="submit" variant="default" loading={save.isPending}>
              {w.changeRole}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}

/** The staff to choose from, with the one he is even when he was dismissed. */
function withOwn(members: { id: number; name: string }[], u: UserCard) {
  return u.member && !members.some((m) => m.id === u.member?.id) ? [u.member, ...members] : members;
}

function AccessPanel({ company, user: u }: Props) {
  const w = useWords();
  const me = useMe();
  const said = useSaid();
  const choices = useChoices(company);
  const save = useSetGrants(company, u.id);
  const refusal = useRefusal(save.error);
  const [access, setAccess] = useState<Access>(u.own_grants ? u.grants : null);
  if (!choices.data) return null;
  const unchanged = JSON.stringify(access) === JSON.stringify(u.own_grants ? u.grants : null);
  return (
    <Panel title={w.access}>
      <div className="col" style={{ gap: 12 }}>
        <GrantsEditor role={u.role} value={access} choices={choices.data} onChange={setAccess} at={refusal.at} />
        <Rest of={refusal} />
        {may(me, "user.write") && !isWhole(u.role) && (
          <div>
            <Button
              variant="default"
              loading={save.isPending}
              disabled={unchanged}
              onClick={() =>
                save.mutate(
                  { own_grants: access !== null, grants: access ?? [] },
                  { onSuccess: () => said(w.accessSaved) },
                )
              }
            >
              {w.saveAccess}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

function SessionsPanel({ company, user: u }: Props) {
  const w = useWords();
  const me = useMe();
  const said = useSaid();
  const end = useEndSessions(company, u.id);
  const stop = (id?: number) => end.mutate(id, { onSuccess: ({ ended }) => said(w.ended(ended)) });
  const writes = may(me, "user.write") && !u.is_me;
  return (
    <Panel
      title={w.sessions}
      right={
        writes &&
        u.open_sessions.length > 1 && (
          <Button variant="default" size="xs" disabled={end.isPending} onClick={() => stop()}>
            {w.endAll}
          </Button>
        )
      }
      flush={u.open_sessions.length > 0}
    >
      <Refused error={end.error} />
      <SessionList sessions={u.open_sessions} busy={end.isPending} onEnd={writes ? stop : undefined} />
    </Panel>
  );
}

function FactorPanel({ company, user: u }: Props) {
  const w = useWords();
  const me = useMe();
  const act = useFactor(company, u.id);
  if (!may(me, "user.write")) return null;
  return (
    <Panel title={w.factor}>
      <FactorReset name={u.name} hasFactor={u.has_totp} isMe={u.is_me} reset={u.factor_reset} act={act} />
    </Panel>
  );
}

function Leaving({ company, user: u }: Props) {
  const w = useWords();
  const c = useCommon();
  const me = useMe();
  const said = useSaid();
  const navigate = useNavigate();
  const block = useBlock(company, u.id);
  const remove = useRemoveUser(company, u.id);
  const [sure, setSure] = useState(false);
  if (!may(me, "user.write")) return null;
  const shut = (now: boolean) =>
    block.mutate(now, {
      onSuccess: () =>
        said(now ? w.blockedSaid(u.name) : w.unblockedSaid(u.name), now ? () => block.mutate(false) : undefined),
    });
  return (
    <div className="col users-actions">
      <Refused error={block.error} />
      <div className="row wrap">
        <Button variant="default" loading={block.isPending} onClick={() => shut(!u.is_blocked)}>
          {u.is_blocked ? w.unblock : w.block}
        </Button>
        <Button variant="default" c="var(--c-emg-text)" onClick={() => setSure(true)}>
          {w.remove}
        </Button>
      </div>
      <Modal opened={sure} onClose={() => setSure(false)} title={w.removeTitle(u.name)} centered>
        <div className="col">
          <p>{w.removeText}</p>
          {u.elsewhere && <p className="quiet">{w.elsewhere}</p>}
          <Refused error={remove.error} />
          <div className="row">
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() =>
                remove.mutate(undefined, {
                  onSuccess: () => {
                    said(w.removed(u.name));
                    void navigate({ to: "/settings/users", search: company ? { company } : {} });
                  },
                })
              }
            >
              {w.remove}
            </Button>
            <Button variant="default" onClick={() => setSure(false)}>
              {c.cancel}
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}
