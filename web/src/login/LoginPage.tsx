import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import { signIn } from "../session/session";
import { Note, useErrorText } from "../ui/blocks";
import { useWords } from "./words";

/** The login screen; `onDone` goes where the person was. */
export function LoginPage({ onDone, returning }: { onDone: () => void; returning: boolean }) {
  const w = useWords();
  const client = useQueryClient();
  const text = useErrorText();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const enter = useMutation({ mutationFn: () => signIn(client, login.trim(), password), onSuccess: onDone });
  const atField = enter.error instanceof ApiError && enter.error.fields.has("password");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (login.trim() && password) enter.mutate();
  };
  return (
    <main className="login">
      <form className="panel login-box col" onSubmit={submit} noValidate>
        <div>
          <h1>{w.product}</h1>
          <div className="quiet">{w.about}</div>
        </div>
        {returning && !enter.isError && <Note>{w.returned}</Note>}
        {enter.isError && !atField && (
          <div role="alert">
            <Note tone="emg">{text(enter.error)}</Note>
          </div>
        )}
        <TextInput
          label={w.login}
          value={login}
          onChange={(e) => setLogin(e.currentTarget.value)}
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
          onChange={(e) => setPassword(e.currentTarget.value)}
          autoComplete="current-password"
          error={tried && !password ? w.needPassword : atField ? text(enter.error) : undefined}
        />
        <Button type="submit" loading={enter.isPending} fullWidth mt={4}>
          {w.enter}
        </Button>
      </form>
    </main>
  );
}
