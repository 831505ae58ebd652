import { Button, Modal, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf, momentOf } from "../time/format";
import { Empty, Failed, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, SettingsPage, useSaid } from "../ui/settings";
import { useInvitations, useResend, useRevoke, useUsers, type CompanyID, type Invitation, type UserRow } from "./api";
import { ForCompany } from "./company";
import { InviteDrawer } from "./InviteDrawer";
import { LinkShown } from "./LinkShown";
import { useRoleName } from "./RolePicker";
import { useWords } from "./words";
import "./users.css";

/** Everybody who may come in to the company, and who is invited. */
export function UsersPage() {
  return <ForCompany>{(company, picker) => <Users company={company} picker={picker} />}</ForCompany>;
}

/** The page of one company. */
export function Users({ company, picker }: { company: CompanyID; picker: ReactNode }) {
  const w = useWords();
  const me = useMe();
  const [q, setQ] = useState("");
  const [asked] = useDebouncedValue(q.trim(), 250);
  const users = useUsers(company, asked);
  const [inviting, setInviting] = useState(false);
  const writes = may(me, "user.write");
  return (
    <SettingsPage
      title={w.users}
      about={w.usersAbout}
      action={
        writes && (
          <Button className="btn-primary" onClick={() => setInviting(true)}>
            {w.invite}
          </Button>
        )
      }
    >
      {picker}
      <TextInput
        type="search"
        maw={360}
        label={w.search}
        value={q}
        maxLength={100}
        onChange={(e) => setQ(e.currentTarget.value)}
      />
      {users.isError && !users.data ? (
        <Failed error={users.error} title={w.failed} retry={() => void users.refetch()} />
      ) : !users.data ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : users.data.items.length === 0 ? (
        <Empty title={w.nobody}>{w.nobodyText}</Empty>
      ) : (
        <UserTable rows={users.data.items} company={company} />
      )}
      <Pending company={company} writes={writes} />
      <InviteDrawer company={company} opened={inviting} onClose={() => setInviting(false)} />
    </SettingsPage>
  );
}

function UserTable({ rows, company }: { rows: UserRow[]; company: CompanyID }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const roleName = useRoleName();
  return (
    <div className="panel users-scroll">
      <table className="users-table">
        <thead>
          <tr>
            <th>{w.name}</th>
            <th>{w.role}</th>
            <th className="only-wide">{w.seen}</th>
            <th className="only-wide">{w.state}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((u) => (
            <tr key={u.id}>
              <td>
                <Link to="/settings/users/$id" params={{ id: String(u.id) }} search={company ? { company } : {}}>
                  {u.name}
                </Link>
                <div className="s12 t2">
                  {u.login}
                  {u.id === me.user.id && ` · ${w.itsMe}`}
                </div>
              </td>
              <td>
                {roleName(u)}
                {u.is_blocked && <div className="s12 t2">{w.blocked}</div>}
              </td>
              <td className="only-wide">{u.seen_at ? momentOf(u.seen_at, me.zone, now) : w.never}</td>
              <td className="only-wide">
                <span className="row">
                  {u.is_blocked ? (
                    <span className="chip emg">{w.blocked}</span>
                  ) : (
                    <span className="chip">{w.active}</span>
                  )}
                  {(u.has_totp || u.passkeys > 0) && <span className="s12 t2">{w.guarded}</span>}
                  {u.factor_asked && <span className="chip plan">{w.factorWaits}</span>}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Pending({ company, writes }: { company: CompanyID; writes: boolean }) {
  const invitations = useInvitations(company);
  const resend = useResend(company);
  const revoke = useRevoke(company);
  return (
    <InvitationPanel
      items={invitations.data?.items ?? []}
      writes={writes}
      resend={resend.mutateAsync}
      revoke={revoke.mutateAsync}
      error={resend.error ?? revoke.error}
    />
  );
}

type PanelProps = {
  items: Invitation[];
  writes: boolean;
  resend: (id: number) => Promise<Invitation>;
  revoke: (id: number) => Promise<unknown>;
  error: unknown;
};

/** Open invitations: a new link, or none. */
export function InvitationPanel({ items, writes, resend, revoke, error }: PanelProps) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const roleName = useRoleName();
  const [made, setMade] = useState<Invitation | null>(null);
  if (items.length === 0) return null;
  return (
    <Panel title={w.pending} flush>
      <Refused error={error} />
      <ul className="users-list">
        {items.map((i) => (
          <li key={i.id}>
            <span className="grow">
              <span className="b">{i.name}</span>
              <span className="s12 t2" style={{ display: "block" }}>
                {i.kind === "company" ? roleName(i) : w.kinds[i.kind]} ·{" "}
                {Date.parse(i.expires_at) > now ? w.until(fullOf(i.expires_at, me.zone, now)) : w.expired}
              </span>
            </span>
            {writes && (
              <span className="row">
                <Button variant="default" size="xs" onClick={() => void resend(i.id).then(setMade, () => undefined)}>
                  {w.newLink}
                </Button>
                <Button
                  variant="subtle"
                  size="xs"
                  onClick={() =>
                    void revoke(i.id).then(
                      () => said(w.revoked(i.name)),
                      () => undefined,
                    )
                  }
                >
                  {w.revoke}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      <Modal opened={made !== null} onClose={() => setMade(null)} title={w.link} centered>
        {made && <LinkShown invitation={made} onDone={() => setMade(null)} />}
      </Modal>
    </Panel>
  );
}
