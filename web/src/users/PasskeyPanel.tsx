import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { canUsePasskeys } from "../session/passkey";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useAddPasskey, useRemovePasskey, type Security } from "./api";
import { deviceOf } from "./device";
import { useWords } from "./words";

/** Keys of one's devices: add, remove. */
export function PasskeyPanel({ security: s }: { security: Security }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const remove = useRemovePasskey();
  const [adding, setAdding] = useState(false);
  return (
    <Panel title={w.keys}>
      <div className="col">
        <p className="quiet">{w.keysAbout}</p>
        <Refused error={remove.error} />
        {s.passkeys.length === 0 ? (
          <p className="quiet">{w.noKeys}</p>
        ) : (
          <ul className="users-list">
            {s.passkeys.map((k) => (
              <li key={k.id}>
                <span className="grow">
                  {k.name}
                  <span className="s12 t2" style={{ display: "block" }}>
                    {k.used_at ? w.keyUsed(momentOf(k.used_at, me.zone, now)) : w.keyUnused}
                  </span>
                </span>
                <Button
                  variant="subtle"
                  size="xs"
                  aria-label={w.removeKey(k.name)}
                  disabled={remove.isPending}
                  onClick={() => remove.mutate(k.id, { onSuccess: () => said(w.keyRemoved(k.name)) })}
                >
                  {w.revoke}
                </Button>
              </li>
            ))}
          </ul>
        )}
        {!canUsePasskeys() ? (
          <Note>{w.keysNot}</Note>
        ) : adding ? (
          <Adding security={s} onDone={() => setAdding(false)} />
        ) : (
          <div className="users-actions">
            <Button variant="default" onClick={() => setAdding(true)}>
              {w.addKey}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

function Adding({ security, onDone }: { security: Security; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const add = useAddPasskey();
  const refusal = useRefusal(add.error);
  const [name, setName] = useState(deviceOf(navigator.userAgent));
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (security.has_password && !password) return;
    add.mutate(
      { password, name: name.trim() },
      {
        onSuccess: (k) => {
          if (!k) return;
          said(w.keyAdded(k.name));
          onDone();
        },
      },
    );
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput label={w.keyName} value={name} maxLength={100} onChange={(e) => setName(e.currentTarget.value)} />
      {security.has_password && (
        <PasswordInput
          label={w.confirmPassword}
          value={password}
          maxLength={200}
          autoComplete="current-password"
          autoFocus
          error={refusal.at("password") ?? (tried && !password ? w.needField : undefined)}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
      )}
      {add.isSuccess && add.data === null && <Note tone="plan">{w.keyGivenUp}</Note>}
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" loading={add.isPending}>
          {w.addKey}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}
