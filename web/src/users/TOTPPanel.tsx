import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dateOf } from "../time/format";
import { Note, Panel } from "../ui/blocks";
import { OneLine } from "../ui/Once";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useConfirmTOTP, useNewCodes, useRemoveTOTP, useStartTOTP, type Enrolment, type Security } from "./api";
import { useWords } from "./words";

type Wish = "on" | "off" | "codes";

/** The second factor: enrolled by a picture and a code, recovery codes told once. */
export function TOTPPanel({ security: s }: { security: Security }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const [wish, setWish] = useState<Wish | null>(null);
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const close = () => {
    setWish(null);
    setEnrolment(null);
    setCodes(null);
  };
  return (
    <Panel title={w.totp}>
      {codes ? (
        <Codes codes={codes} onDone={close} />
      ) : enrolment ? (
        <Confirm enrolment={enrolment} onCodes={setCodes} onCancel={close} />
      ) : wish ? (
        <Proof wish={wish} security={s} onEnrolment={setEnrolment} onCodes={setCodes} onDone={close} />
      ) : (
        <div className="col">
          <p className="quiet">{s.totp_since ? w.totpOn(dateOf(s.totp_since, me.zone, now)) : w.totpOff}</p>
          {s.totp_since && <p className="quiet">{w.codesLeft(s.recovery_left)}</p>}
          <div className="row wrap users-actions">
            {s.totp_since ? (
              <>
                <Button variant="default" onClick={() => setWish("codes")}>
                  {w.newCodes}
                </Button>
                <Button variant="default" onClick={() => setWish("off")}>
                  {w.turnOff}
                </Button>
              </>
            ) : (
              <Button variant="default" onClick={() => setWish("on")}>
                {w.turnOn}
              </Button>
            )}
          </div>
        </div>
      )}
    </Panel>
  );
}

type ProofProps = {
  wish: Wish;
  security: Security;
  onEnrolment: (e: Enrolment) => void;
  onCodes: (codes: string[]) => void;
  onDone: () => void;
};

/** The password again, then what was wished. */
function Proof({ wish, security, onEnrolment, onCodes, onDone }: ProofProps) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const start = useStartTOTP();
  const remove = useRemoveTOTP();
  const fresh = useNewCodes();
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const error = start.error ?? remove.error ?? fresh.error;
  const refusal = useRefusal(error);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (security.has_password && !password) return;
    if (wish === "on") start.mutate(password, { onSuccess: onEnrolment });
    if (wish === "codes") fresh.mutate(password, { onSuccess: (r) => onCodes(r.codes) });
    if (wish === "off")
      remove.mutate(password, {
        onSuccess: () => {
          said(w.turnedOff);
          onDone();
        },
      });
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
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
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" loading={start.isPending || remove.isPending || fresh.isPending}>
          {wish === "off" ? w.turnOff : wish === "on" ? w.turnOn : w.newCodes}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}

function Confirm({
  enrolment: e,
  onCodes,
  onCancel,
}: {
  enrolment: Enrolment;
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}) {
  const w = useWords();
  const c = useCommon();
  const confirm = useConfirmTOTP();
  const refusal = useRefusal(confirm.error);
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (code.trim()) confirm.mutate(code.trim(), { onSuccess: (r) => onCodes(r.codes) });
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <p>{w.scan}</p>
      <svg
        className="qr"
        viewBox={`0 0 ${e.qr.size} ${e.qr.size}`}
        role="img"
        aria-label={w.secret}
        shapeRendering="crispEdges"
      >
        <path d={e.qr.path} />
      </svg>
      <OneLine label={w.secret}>{e.secret.match(/.{1,4}/g)?.join(" ") ?? ""}</OneLine>
      <TextInput
        label={w.codeNow}
        value={code}
        maxLength={10}
        inputMode="numeric"
        autoComplete="one-time-code"
        error={refusal.at("code") ?? (tried && !code.trim() ? w.needField : undefined)}
        onChange={(ev) => setCode(ev.currentTarget.value)}
      />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" loading={confirm.isPending}>
          {w.confirm}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}

function Codes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const w = useWords();
  return (
    <div className="col">
      <Note tone="acc">{w.codesText}</Note>
      <ul className="codes" aria-label={w.codesTitle}>
        {codes.map((c) => (
          <li key={c}>{c}</li>
        ))}
      </ul>
      <div>
        <Button onClick={onDone}>{w.kept}</Button>
      </div>
    </div>
  );
}
