import { Button, Drawer, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { may, useMe } from "../session/session";
import { Asked } from "../ui/Asked";
import { Note, Panel } from "../ui/blocks";
import { Loaded } from "../ui/Loaded";
import { SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useKeepRole, useRemoveRole, useRoles, type CompanyID, type Role, type RoleForm } from "./api";
import { ForCompany } from "./company";
import { PermissionList, RightsFoot } from "./Permissions";
import { useWords } from "./words";
import "./users.css";

/** The roles of the company: six usual ones, and its own with rights to tick. */
export function RolesPage() {
  return <ForCompany>{(company, picker) => <Roles company={company} picker={picker} />}</ForCompany>;
}

/** The page of one company. */
export function Roles({ company, picker }: { company: CompanyID; picker: ReactNode }) {
  const w = useWords();
  const me = useMe();
  const roles = useRoles(company);
  const [open, setOpen] = useState<Role | null>(null);
  const [removing, setRemoving] = useState<Role | null>(null);
  const writes = may(me, "user.write");
  const fresh = (like?: Role): Role => ({
    id: null,
    name: like ? w.likeName(like.name || w.roles[like.base]) : "",
    base: like && like.base !== "admin" && like.base !== "dispatcher" ? like.base : "foreman",
    permissions: (like?.permissions ?? []).filter((p) => roles.data?.tickable.includes(p)),
    users: 0,
    version: 0,
  });
  return (
    <SettingsPage
      title={w.rolesTitle}
      about={w.rolesAbout}
      action={
        writes && (
          <Button className="btn-primary" onClick={() => setOpen(fresh())}>
            {w.newRole}
          </Button>
        )
      }
    >
      {picker}
      <Loaded query={roles} failed={w.failed} height={240}>
        {(list) =>
          list.items.map((r) => (
            <Panel
              key={r.id ?? r.base}
              title={
                <>
                  {r.name || w.roles[r.base]}{" "}
                  <span className="s12 t2">{r.id ? w.people(r.users) : `${w.usual} · ${w.people(r.users)}`}</span>
                </>
              }
              right={
                writes && (
                  <span className="row">
                    {r.id ? (
                      <>
                        <Button variant="default" size="xs" onClick={() => setOpen(r)}>
                          {w.edit}
                        </Button>
                        <Button variant="subtle" size="xs" onClick={() => setRemoving(r)}>
                          {w.removeRole}
                        </Button>
                      </>
                    ) : (
                      <Button variant="subtle" size="xs" onClick={() => setOpen(fresh(r))}>
                        {w.likeThis}
                      </Button>
                    )}
                  </span>
                )
              }
            >
              <PermissionList permissions={r.permissions} />
            </Panel>
          ))
        }
      </Loaded>
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size={560}
        title={open?.id ? open.name : w.newRole}
      >
        {open && (
          <RoleEditor
            key={open.id ?? "new"}
            company={company}
            role={open}
            tickable={roles.data?.tickable ?? []}
            onDone={() => setOpen(null)}
          />
        )}
      </Drawer>
      <Removing company={company} role={removing} onDone={() => setRemoving(null)} />
    </SettingsPage>
  );
}

type EditorProps = { company: CompanyID; role: Role; tickable: string[]; onDone: () => void };

/** Name, likeness and ticks of a role of the company's own. */
export function RoleEditor({ company, role, tickable, onDone }: EditorProps) {
  const w = useWords();
  const said = useSaid();
  const keep = useKeepRole(company);
  const refusal = useRefusal(keep.error);
  const [name, setName] = useState(role.name);
  const [base, setBase] = useState(role.base as RoleForm["base"]); // never an administrator: see `fresh`
  const [ticked, setTicked] = useState(role.permissions);
  const [tried, setTried] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (!name.trim() || ticked.length === 0 || keep.isPending) return;
    keep.mutate(
      { id: role.id, name, base, permissions: ticked, ...(role.id ? { version: role.version } : {}) },
      {
        onSuccess: (r) => {
          said(w.roleKept(r.name));
          onDone();
        },
      },
    );
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.roleName}
        value={name}
        maxLength={60}
        data-autofocus
        error={refusal.at("name") ?? (tried && !name.trim() ? w.needField : undefined)}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <Select
        label={w.base}
        description={w.baseHint}
        allowDeselect={false}
        data={(["manager", "foreman", "executor", "contractor", "readonly"] as const).map((r) => ({
          value: r,
          label: w.roles[r],
        }))}
        value={base}
        error={refusal.at("base")}
        onChange={(v) => setBase((v ?? base) as RoleForm["base"])} // its data are the roles
      />
      <RightsFoot
        all={tickable}
        ticked={ticked}
        onChange={setTicked}
        bad={refusal.at("permissions") ?? (tried && ticked.length === 0 ? w.needField : undefined)}
        refusal={refusal}
        yes={w.saveRole}
        isPending={keep.isPending}
        onCancel={onDone}
      />
    </form>
  );
}

function Removing({ company, role, onDone }: { company: CompanyID; role: Role | null; onDone: () => void }) {
  const w = useWords();
  const said = useSaid();
  const remove = useRemoveRole(company);
  const go = () =>
    role?.id &&
    remove.mutate(role.id, {
      onSuccess: () => {
        said(w.roleRemoved(role.name));
        onDone();
      },
    });
  return (
    <Asked
      opened={role !== null}
      title={w.removeRoleTitle(role?.name ?? "")}
      yes={w.removeRole}
      deed={remove}
      onYes={go}
      onClose={onDone}
    >
      {role && role.users > 0 && <Note>{w.people(role.users)}</Note>}
    </Asked>
  );
}
