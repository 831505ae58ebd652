import { Button, PasswordInput, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useLang, type Lang } from "../i18n/i18n";
import { useChooseCompany, useMe } from "../session/session";
import { Failed, Panel } from "../ui/blocks";
import { Refused, Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useChangePassword, useEndMySession, useEndOthers, useMySessions, useSecurity, type Security } from "./api";
import { PasskeyPanel } from "./PasskeyPanel";
import { useRoleName } from "./RolePicker";
import { SessionList } from "./SessionList";
import { TOTPPanel } from "./TOTPPanel";
import { useWords } from "./words";
import "./users.css";

/** One's own page: ways in, sessions, look. `setLang` is the program's. */
export function ProfilePage({ setLang }: { setLang: (lang: Lang) => void }) {
  const w = useWords();
  const me = useMe();
  const security = useSecurity();
  return (
    <div className="profile">
      <SettingsPage title={w.profile} about={`${me.user.name} · ${me.user.login}`}>
        {security.isError && !security.data && (
          <Failed error={security.error} title={w.failed} retry={() => void security.refetch()} />
        )}
        <div className="users-two">
          <div className="col" style={{ gap: 16 }}>
            {security.data && <PasswordPanel security={security.data} />}
            {security.data && <TOTPPanel security={security.data} />}
            {security.data && <PasskeyPanel security={security.data} />}
          </div>
          <div className="col" style={{ gap: 16 }}>
            <SessionsPanel />
            <CompaniesPanel />
            <LookPanel setLang={setLang} />
          </div>
        </div>
      </SettingsPage>
    </div>
  );
}

/** How a password looks before the server says so: 0 too short, 1 will do, 2 good. */
export function strengthOf(password: string): 0 | 1 | 2 {
  if ([...password].length < 10 || new Set(password.toLowerCase()).size < 5) return 0;
  return [...password].length < 16 ? 1 : 2;
}

/** A new password with what is thought of it while it is typed. */
export function NewPassword({
  label,
  value,
  error,
  onChange,
}: {
  label: string;
  value: string;
  error: string | undefined;
  onChange: (v: string) => void;
}) {
  const w = useWords();
  const verdict = [w.short, w.fair, w.good][strengthOf(value)];
  return (
    <PasswordInput
      label={label}
      description={value ? `${w.passwordRule} ${verdict}.` : w.passwordRule}
      value={value}
      maxLength={200}
      autoComplete="new-password"
      error={error}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}

/** Changes the password. */
export function PasswordPanel({ security }: { security: Security }) {
  const w = useWords();
  const said = useSaid();
  const change = useChangePassword();
  const refusal = useRefusal(change.error);
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  if (!security.has_password)
    return (
      <Panel title={w.password}>
        <p className="quiet">{w.noPassword}</p>
      </Panel>
    );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (!current || !password || change.isPending) return;
    change.mutate(
      { current, password },
      {
        onSuccess: () => {
          setCurrent("");
          setPassword("");
          setTried(false);
          said(w.passwordChanged);
        },
      },
    );
  };
  return (
    <Panel title={w.password}>
      <form className="users-form" onSubmit={submit} noValidate>
        <PasswordInput
          label={w.currentPassword}
          value={current}
          autoComplete="current-password"
          maxLength={200}
          error={refusal.at("current") ?? (tried && !current ? w.needField : undefined)}
          onChange={(e) => setCurrent(e.currentTarget.value)}
        />
        <NewPassword
          label={w.newPassword}
          value={password}
          error={refusal.at("password") ?? (tried && !password ? w.needField : undefined)}
          onChange={setPassword}
        />
        <Rest of={refusal} />
        <div>
          <Button type="submit" variant="default" loading={change.isPending}>
            {w.changePassword}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function SessionsPanel() {
  const w = useWords();
  const said = useSaid();
  const sessions = useMySessions();
  const end = useEndMySession();
  const others = useEndOthers();
  const items = sessions.data?.items ?? [];
  return (
    <Panel
      title={w.mySessions}
      flush={items.length > 0}
      right={
        items.length > 1 && (
          <Button
            variant="default"
            size="xs"
            loading={others.isPending}
            onClick={() => others.mutate(undefined, { onSuccess: ({ ended }) => said(w.ended(ended)) })}
          >
            {w.endOthers}
          </Button>
        )
      }
    >
      <Refused error={sessions.error ?? end.error ?? others.error} />
      <SessionList
        sessions={items}
        busy={end.isPending}
        onEnd={(id) => end.mutate(id, { onSuccess: () => said(w.ended(1)) })}
      />
    </Panel>
  );
}

function CompaniesPanel() {
  const w = useWords();
  const me = useMe();
  const choose = useChooseCompany();
  const roleName = useRoleName();
  if (!me.company) return null;
  return (
    <Panel title={w.inCompanies} flush>
      <ul className="users-list">
        {me.companies.map((c) => (
          <li key={c.id}>
            <span className="grow">
              <span className={c.id === me.company?.id ? "b" : ""}>{c.name}</span>
              {c.role !== "staff" && (
                <span className="s12 t2" style={{ display: "block" }}>
                  {roleName({ role: c.role, role_name: c.role_name })}
                </span>
              )}
            </span>
            {c.id !== me.company?.id && (
              <Button variant="default" size="xs" onClick={() => void choose(c.id)}>
                {w.enter}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function LookPanel({ setLang }: { setLang: (lang: Lang) => void }) {
  const w = useWords();
  const lang = useLang();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title={w.look}>
      <div className="col">
        <span className="s12 t2">{w.theme}</span>
        <SegmentedControl
          aria-label={w.theme}
          data={[
            { value: "light", label: w.light },
            { value: "dark", label: w.dark },
          ]}
          value={colorScheme === "dark" ? "dark" : "light"}
          onChange={(v) => setColorScheme(v === "dark" ? "dark" : "light")}
        />
        <span className="s12 t2">{w.language}</span>
        <SegmentedControl
          aria-label={w.language}
          data={[
            { value: "ru", label: w.russian },
            { value: "en", label: "English" },
          ]}
          value={lang}
          onChange={(v) => setLang(v === "en" ? "en" : "ru")}
        />
      </div>
    </Panel>
  );
}
