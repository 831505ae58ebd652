import { Button, Drawer, Skeleton } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useTrunks, type Trunk, type TrunkState } from "./api";
import { ProbeFact } from "./Probe";
import { TrunkEditor, noTrunk } from "./TrunkEditor";
import { useWords } from "./words";
import "./trunks.css";

const chips = { up: "chip done", down: "chip emg", unknown: "chip" } as const;

/** Accounts at providers: how each is now, adding one, changing it, switching it off. */
export function TrunksPage() {
  const w = useWords();
  const trunks = useTrunks();
  const [open, setOpen] = useState<Trunk | null>(null);
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      action={
        <Button className="btn-primary" onClick={() => setOpen(noTrunk)}>
          {w.add}
        </Button>
      }
    >
      {trunks.isError && !trunks.data ? (
        <Failed error={trunks.error} title={w.failed} retry={() => void trunks.refetch()} />
      ) : !trunks.data ? (
        <Late>
          <Skeleton h={180} animate={false} />
        </Late>
      ) : trunks.data.items.length === 0 ? (
        <Empty title={w.empty}>{w.emptyText}</Empty>
      ) : (
        trunks.data.items.map((t) => <TrunkPanel key={t.id} trunk={t} onEdit={() => setOpen(t)} />)
      )}
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size={520}
        title={open?.name || w.add}
      >
        {open && <TrunkEditor key={open.id} trunk={open} onDone={() => setOpen(null)} />}
      </Drawer>
    </SettingsPage>
  );
}

function TrunkPanel({ trunk: t, onEdit }: { trunk: Trunk; onEdit: () => void }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  return (
    <Panel
      title={
        <span className="row wrap">
          {t.name}
          {!t.is_active ? (
            <span className="chip">{w.off}</span>
          ) : (
            t.now && <span className={chips[t.now.state]}>{w.state[t.now.state]}</span>
          )}
        </span>
      }
      right={
        <Button variant="default" size="xs" onClick={onEdit} aria-label={`${w.edit}: ${t.name}`}>
          {w.edit}
        </Button>
      }
    >
      <div className="col">
        <div className="s12 t2">
          {[
            t.carrier,
            t.port ? `${t.host}:${String(t.port)}` : t.host,
            t.transport.toUpperCase(),
            t.srtp && t.srtp !== "off" ? "SRTP" : "",
            w.order(t.priority),
          ]
            .filter(Boolean)
            .join(" · ")}
        </div>
        {t.is_active && !t.now && <Note tone="plan">{w.noEngine}</Note>}
        {t.now?.state === "down" && (
          <Note tone="emg">
            {t.now.text} ({w.since(momentOf(t.now.since, me.zone, now))})
          </Note>
        )}
        {t.now?.blocked && <Note tone="emg">{w.blocked}</Note>}
        {t.now && <Facts trunk={t} state={t.now} />}
        <div className="s13">
          <span className="t2">{w.lines}: </span>
          {t.lines.length > 0 ? t.lines.map(phoneOf).join(", ") : w.noLines}
        </div>
      </div>
    </Panel>
  );
}

function Facts({ trunk: t, state: s }: { trunk: Trunk; state: TrunkState }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const link = !t.registers ? w.byAddress : s.registered ? w.registered : w.notRegistered;
  return (
    <dl className="trunk-facts s13">
      <div>
        <dt>{w.registration}</dt>
        <dd>
          {link}, {w.since(momentOf(s.since, me.zone, now))}
          <span className="s12 t2" style={{ display: "block" }}>
            {s.pong ? w.pong(momentOf(s.pong, me.zone, now)) : w.noPong}
          </span>
        </dd>
      </div>
      {s.cert_ends && (
        <div>
          <dt>{w.certificate}</dt>
          <dd>{w.till(momentOf(s.cert_ends, me.zone, now))}</dd>
        </div>
      )}
      <div>
        <dt>{w.calls}</dt>
        <dd>{t.channels > 0 ? w.ofLimit(s.calls, t.channels) : s.calls}</dd>
      </div>
      <div>
        <dt>{w.rate}</dt>
        <dd>{t.per_second > 0 ? w.ofLimit(s.rate, t.per_second) : s.rate}</dd>
      </div>
      {s.probe && <ProbeFact probe={s.probe} />}
      <div>
        <dt>{w.failures}</dt>
        <dd>
          {s.failures.length > 0 ? s.failures.map((f) => `${f.cause}: ${String(f.count)}`).join("; ") : w.noFailures}
        </dd>
      </div>
    </dl>
  );
}
