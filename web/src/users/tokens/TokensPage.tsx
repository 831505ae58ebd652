import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { may, useMe } from "../../session/session";
import { useNow } from "../../time/clock";
import { dateOf, fullOf } from "../../time/format";
import { Asked } from "../../ui/Asked";
import { Empty, Note, Panel } from "../../ui/blocks";
import { Loaded } from "../../ui/Loaded";
import { SettingsPage, useSaid } from "../../ui/settings";
import type { CompanyID } from "../api";
import { ForCompany } from "../company";
import { usePermissionName } from "../Permissions";
import "../users.css";
import { TokenDrawer } from "./TokenDrawer";
import { useRevokeToken, useTokens, type Token } from "./api";
import { useWords } from "./words";
import "./tokens.css";

/** The tokens by which a company's programs use the API. */
export function TokensPage() {
  return <ForCompany>{(company, picker) => <Tokens company={company} picker={picker} />}</ForCompany>;
}

/** The page of one company. */
export function Tokens({ company, picker }: { company: CompanyID; picker: ReactNode }) {
  const w = useWords();
  const me = useMe();
  const tokens = useTokens(company);
  const [making, setMaking] = useState(false);
  const writes = may(me, "user.write") && me.company !== null; // a token has the rights of its company's administrator
  const all = tokens.data?.items ?? [];
  const live = all.filter((t) => t.idle === "" || t.idle === "person");
  const over = all.filter((t) => t.idle === "revoked" || t.idle === "expired");
  const make = writes && (
    <Button className="btn-primary" onClick={() => setMaking(true)}>
      {w.make}
    </Button>
  );
  return (
    <SettingsPage
      title={w.title}
      about={
        <>
          {w.about} <Link to="/settings/api/reference">{w.reference}</Link>
        </>
      }
      action={live.length > 0 && make}
    >
      {picker}
      {!writes && <Note>{w.readOnly}</Note>}
      <Loaded query={tokens} failed={w.failed} height={160}>
        {live.length === 0 ? (
          <Empty title={w.empty} action={make}>
            {w.emptyText}
          </Empty>
        ) : (
          <Panel title={w.inForce} flush>
            <List company={company} tokens={live} writes={may(me, "user.write")} />
          </Panel>
        )}
      </Loaded>
      {over.length > 0 && (
        <Panel title={w.over} flush>
          <List company={company} tokens={over} writes={false} />
        </Panel>
      )}
      <TokenDrawer
        company={company}
        opened={making}
        tickable={tokens.data?.tickable ?? []}
        onClose={() => setMaking(false)}
      />
    </SettingsPage>
  );
}

const shownRights = 4;

function List({ company, tokens, writes }: { company: CompanyID; tokens: Token[]; writes: boolean }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const right = usePermissionName();
  const [revoking, setRevoking] = useState<Token | null>(null);
  const rights = (t: Token) => {
    const rest = t.permissions.length - shownRights;
    return [...t.permissions.slice(0, shownRights).map(right), ...(rest > 0 ? [w.more(rest)] : [])].join(", ");
  };
  const state = (t: Token) => {
    if (t.revoked_at) return w.revokedBy(t.revoked_by, fullOf(t.revoked_at, me.zone, now));
    if (t.idle !== "") return w.idle[t.idle];
    return w.until(dateOf(t.expires_at, me.zone, now));
  };
  return (
    <>
      <ul className="users-list">
        {tokens.map((t) => (
          <li key={t.id}>
            <span className="grow token-lines">
              <span>
                <span className="b">{t.name}</span> <code className="s12 t2">{w.tail(t.tail)}</code>{" "}
                <span className={t.idle === "person" ? "s12 token-off" : "s12 t2"}>{state(t)}</span>
              </span>
              <span className="s12 t2">{rights(t)}</span>
              <span className="s12 t2">
                {w.by(t.user_name, dateOf(t.created_at, me.zone, now))} ·{" "}
                {t.seen_at ? w.used(fullOf(t.seen_at, me.zone, now), t.seen_source) : w.never}
              </span>
            </span>
            {writes && (
              <Button variant="default" size="xs" onClick={() => setRevoking(t)}>
                {w.revoke}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Revoking company={company} token={revoking} onDone={() => setRevoking(null)} />
    </>
  );
}

function Revoking({ company, token, onDone }: { company: CompanyID; token: Token | null; onDone: () => void }) {
  const w = useWords();
  const said = useSaid();
  const revoke = useRevokeToken(company);
  const go = () =>
    token &&
    revoke.mutate(token.id, {
      onSuccess: () => {
        said(w.revoked(token.name));
        onDone();
      },
    });
  return (
    <Asked
      opened={token !== null}
      title={w.revokeTitle(token?.name ?? "")}
      yes={w.revoke}
      deed={revoke}
      onYes={go}
      onClose={onDone}
    >
      <p className="quiet">{w.revokeText}</p>
    </Asked>
  );
}
