import { Button, PasswordInput, TextInput } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import { canUsePasskeys } from "../session/passkey";
import { signIn, signInByPasskey } from "../session/session";
import { Note, useErrorText } from "../ui/blocks";
import { useRefusal } from "../ui/settings";
import { useWords } from "./words";

/** The login screen: a password, and a code when the server asks for one; or a key. `onDone` goes where the person was. */
export function LoginPage({ onDone, returning }: { onDone: () => void; returning: boolean }) {
  const w = useWords();
  const client = useQueryClient();
  const text = useErrorText();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const [tried, setTried] = useState(false);
  const enter = useMutation({
    mutationFn: () => signIn(client, login.trim(), password, asked ? code.trim() : undefined),
    onSuccess: onDone,
    onError: (error) => {
      if (error instanceof ApiError && error.code === "login.code_required") setAsked(true);
    },
  });
  const byKey = useMutation({
    mutationFn: () => signInByPasskey(client),
    onSuccess: (me) => {
      if (me) onDone();
    },
  });
  const refusal = useRefusal(enter.error);
  const justAsked = enter.error instanceof ApiError && enter.error.code === "login.code_required";
  const [badPassword, badCode] = [refusal.at("password"), refusal.at("code")]; // asked for whatever is drawn
  const failure = refusal.rest ?? (byKey.error ? text(byKey.error) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    byKey.reset();
    if (login.trim() && password && (!asked || code.trim())) enter.mutate();
  };
  const typed = (put: (v: string) => void) => (v: string) => {
    put(v);
    if (!asked) return;
    setAsked(false); // the code was asked for another pair
    setCode("");
    enter.reset();
  };
  return (
    <main className="login">
      <form className="panel login-box col" onSubmit={submit} noValidate>
        <div>
          <h1>{w.product}</h1>
          <div className="quiet">{w.about}</div>
        </div>
        {returning && !enter.isError && <Note>{w.returned}</Note>}
        {failure && (
          <div role="alert">
            <Note tone="emg">{failure}</Note>
          </div>
        )}
        <TextInput
          label={w.login}
          value={login}
          onChange={(e) => typed(setLogin)(e.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          autoFocus
          error={tried && !login.trim() ? w.needLogin : undefined}
        />
        <PasswordInput
          label={w.password}
          value={password}
          onChange={(e) => typed(setPassword)(e.currentTarget.value)}
          autoComplete="current-password"
          error={tried && !password ? w.needPassword : badPassword && text(enter.error)}
        />
        {asked && (
          <TextInput
            label={w.code}
            description={w.codeHint}
            value={code}
            onChange={(e) => setCode(e.currentTarget.value)}
            autoComplete="one-time-code"
            spellCheck={false}
            maxLength={40}
            autoFocus
            error={justAsked ? undefined : !code.trim() ? w.needCode : badCode && text(enter.error)}
          />
        )}
        <Button type="submit" loading={enter.isPending} fullWidth mt={4}>
          {w.enter}
        </Button>
        {canUsePasskeys() && (
          <Button
            variant="default"
            fullWidth
            leftSection={<IconFingerprint size={18} />}
            loading={byKey.isPending}
            onClick={() => {
              enter.reset();
              byKey.mutate();
            }}
          >
            {w.byKey}
          </Button>
        )}
      </form>
    </main>
  );
}
