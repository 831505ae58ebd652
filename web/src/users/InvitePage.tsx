import { Button, TextInput } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { canUsePasskeys } from "../session/passkey";
import { meQuery } from "../session/session";
import { Note, useErrorText } from "../ui/blocks";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useAccept, useInvitation, useJoin } from "./api";
import { NewPassword } from "./ProfilePage";
import { useRoleName } from "./RolePicker";
import { useWords } from "./words";
import "./users.css";

type Props = { token: string; onDone: () => void; onLogin: (back: string) => void };

/** What a link opens: who invites as what; a login and a password, or a key; or the login one has. */
export function InvitePage({ token, onDone, onLogin }: Props) {
  const w = useWords();
  const text = useErrorText();
  const roleName = useRoleName();
  const me = useQuery(meQuery);
  const invitation = useInvitation(token);
  const [separate, setSeparate] = useState(false);
  if (invitation.isPending || me.isPending) return null;
  if (invitation.isError)
    return (
      <Box title={w.gone}>
        <Note tone="plan">{text(invitation.error)}</Note>
        <Button variant="default" onClick={() => onLogin("/")}>
          {w.toLogin}
        </Button>
      </Box>
    );
  const i = invitation.data;
  const role = i.kind === "company" ? roleName(i) : w.kinds[i.kind];
  return (
    <Box title={w.invited(i.company || w.dispatchCentre)} about={w.invitedAs(i.name, role)}>
      {me.data && i.kind === "company" && me.data.kind === "company" && !separate ? (
        <Join
          token={token}
          name={me.data.user.name}
          company={i.company}
          onDone={onDone}
          onSeparate={() => setSeparate(true)}
        />
      ) : (
        <>
          <NewLogin token={token} onDone={onDone} />
          {i.kind === "company" && !me.data && (
            <div className="col">
              <span className="quiet">{w.orJoin}</span>
              <Button variant="default" onClick={() => onLogin(`/invite/${token}`)}>
                {w.haveLogin}
              </Button>
            </div>
          )}
        </>
      )}
    </Box>
  );
}

function Box({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <main className="login">
      <div className="panel login-box col">
        <div>
          <h1>{title}</h1>
          {about && <div className="quiet">{about}</div>}
        </div>
        {children}
      </div>
    </main>
  );
}

/** A login and a password, or a key of this device. */
export function NewLogin({ token, onDone }: { token: string; onDone: () => void }) {
  const w = useWords();
  const accept = useAccept(token);
  const refusal = useRefusal(accept.error);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState<"password" | "key" | null>(null);
  const go = (by: "password" | "key") => {
    setTried(by);
    if (!login.trim() || (by === "password" && !password) || accept.isPending) return;
    accept.mutate(
      { login: login.trim(), password: by === "key" ? null : password },
      {
        onSuccess: (me) => {
          if (me) onDone();
        },
      },
    );
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    go("password");
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.chooseLogin}
        description={w.loginHint}
        value={login}
        maxLength={50}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        error={refusal.at("login") ?? (tried && !login.trim() ? w.needField : undefined)}
        onChange={(e) => setLogin(e.currentTarget.value)}
      />
      <NewPassword
        label={w.choosePassword}
        value={password}
        error={refusal.at("password") ?? (tried === "password" && !password ? w.needField : undefined)}
        onChange={setPassword}
      />
      {accept.isSuccess && accept.data === null && <Note tone="plan">{w.keyGivenUp}</Note>}
      <Rest of={refusal} />
      <Button type="submit" loading={accept.isPending}>
        {w.enter}
      </Button>
      {canUsePasskeys() && (
        <Button
          variant="default"
          leftSection={<IconFingerprint size={18} />}
          disabled={accept.isPending}
          onClick={() => go("key")}
        >
          {w.enterByKey}
        </Button>
      )}
    </form>
  );
}

type JoinProps = { token: string; name: string; company: string; onDone: () => void; onSeparate: () => void };

function Join({ token, name, company, onDone, onSeparate }: JoinProps) {
  const w = useWords();
  const said = useSaid();
  const join = useJoin(token);
  return (
    <div className="col">
      <span className="quiet">{w.joinAs(name)}</span>
      <Refused error={join.error} />
      <Button
        loading={join.isPending}
        onClick={() =>
          join.mutate(undefined, {
            onSuccess: () => {
              said(w.joined(company));
              onDone();
            },
          })
        }
      >
        {w.join}
      </Button>
      <Button variant="default" onClick={onSeparate}>
        {w.otherLogin}
      </Button>
    </div>
  );
}
