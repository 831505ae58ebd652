import { Button, Skeleton } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dateOf, fullOf, momentOf } from "../time/format";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, SettingsPage, useSaid } from "../ui/settings";
import { useDeskPhones, useLiftBan, type Ban, type DeskPhone, type Made } from "./api";
import { Asking, Making, Shown, type Ask } from "./dialogs";
import { useWords } from "./words";
import "./deskPhones.css";

/** Telephones on operators' desks: whose they are, where they are registered, and who is shut out. */
export function DeskPhonesPage() {
  const w = useWords();
  const phones = useDeskPhones();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const d = phones.data;
  const make = (
    <Button className="btn-primary" onClick={() => setMaking(true)}>
      {w.make}
    </Button>
  );
  return (
    <SettingsPage title={w.title} about={w.about} action={d && d.items.length > 0 && make}>
      {phones.isError && !d ? (
        <Failed error={phones.error} title={w.failed} retry={() => void phones.refetch()} />
      ) : !d ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : (
        <>
          {d.at ? <Note>{w.at(d.at)}</Note> : <Note tone="plan">{w.off}</Note>}
          {d.bans.length > 0 && <Bans bans={d.bans} />}
          {d.items.length === 0 ? (
            <Empty title={w.empty} action={make}>
              {w.emptyText}
            </Empty>
          ) : (
            <Panel title={w.title} flush>
              <List phones={d.items} onMade={setMade} />
            </Panel>
          )}
        </>
      )}
      <Making
        opened={making}
        people={d?.without ?? []}
        onClose={() => setMaking(false)}
        onMade={(it) => {
          setMaking(false);
          setMade(it);
        }}
      />
      <Shown made={made} at={d?.at ?? ""} onDone={() => setMade(null)} />
    </SettingsPage>
  );
}

function List({ phones, onMade }: { phones: DeskPhone[]; onMade: (made: Made) => void }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const [ask, setAsk] = useState<Ask | null>(null);
  return (
    <>
      <ul className="phones-list">
        {phones.map((p) => (
          <li key={p.id}>
            <span className="phones-lines">
              <span className="row wrap">
                <span className="b">{p.user_name}</span>
                <span className={p.now ? "chip done" : "chip"}>
                  {p.now ? w.registered(p.now.from, momentOf(p.now.since, me.zone, now)) : w.away}
                </span>
              </span>
              <span className="s12 t2">
                {[
                  w.login(p.name),
                  p.now?.agent,
                  w.made(p.created_by, dateOf(p.created_at, me.zone, now)),
                  p.reset_at && w.resetAt(fullOf(p.reset_at, me.zone, now)),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            <span className="row wrap">
              <Button
                variant="default"
                size="xs"
                aria-label={`${w.reset}: ${p.user_name}`}
                onClick={() => setAsk({ what: "reset", phone: p })}
              >
                {w.reset}
              </Button>
              <Button
                variant="default"
                size="xs"
                aria-label={`${w.withdraw}: ${p.user_name}`}
                onClick={() => setAsk({ what: "withdraw", phone: p })}
              >
                {w.withdraw}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <Asking ask={ask} onDone={() => setAsk(null)} onMade={onMade} />
    </>
  );
}

function Bans({ bans }: { bans: Ban[] }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const lift = useLiftBan();
  return (
    <Panel title={w.bans} flush>
      <div className="s13 t2" style={{ padding: "8px 12px" }}>
        {w.bansText}
      </div>
      <ul className="phones-list">
        {bans.map((b) => (
          <li key={b.id}>
            <span className="phones-lines">
              <span className="b">{b.address}</span>
              <span className="s12 t2">
                {w.ban(b.guesses, momentOf(b.since, me.zone, now), momentOf(b.until, me.zone, now))}
              </span>
            </span>
            <Button
              variant="default"
              size="xs"
              aria-label={`${w.lift}: ${b.address}`}
              onClick={() => lift.mutate(b.id, { onSuccess: () => said(w.lifted(b.address)) })}
            >
              {w.lift}
            </Button>
          </li>
        ))}
      </ul>
      <Refused error={lift.error} />
    </Panel>
  );
}
