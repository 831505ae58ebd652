import { Button, Drawer, Skeleton } from "@mantine/core";
import { useState } from "react";
import { may, useMe } from "../../session/session";
import { useNow } from "../../time/clock";
import { fullOf } from "../../time/format";
import { Empty, Failed, Note, Panel } from "../../ui/blocks";
import { Late } from "../../ui/Late";
import { Refused, SettingsPage, useSaid } from "../../ui/settings";
import "../users.css";
import "../tokens/tokens.css";
import { Asked } from "./Asked";
import { DeliveryLog } from "./DeliveryLog";
import { SecretShown } from "./SecretShown";
import { WebhookEditor } from "./WebhookEditor";
import { useNewSecret, useRemoveWebhook, useTestWebhook, useWebhooks, type Webhook } from "./api";
import { useWords } from "./words";

/** What is open beside the list. */
type Open =
  | { what: "edit"; hook: Webhook | null }
  | { what: "log"; hook: Webhook }
  | { what: "secret"; name: string; secret: string }
  | null;

/** The addresses of the company's programs that are told of events. */
export function WebhooksPage() {
  const w = useWords();
  const me = useMe();
  if (me.company) return <Webhooks />;
  return (
    <SettingsPage title={w.title} about={w.about}>
      <Note>{w.ofCompany}</Note>
    </SettingsPage>
  );
}

/** The page of one's own company. */
export function Webhooks() {
  const w = useWords();
  const me = useMe();
  const hooks = useWebhooks();
  const [open, setOpen] = useState<Open>(null);
  const writes = may(me, "user.write");
  const close = () => setOpen(null);
  const items = hooks.data?.items ?? [];
  const make = writes && (
    <Button className="btn-primary" onClick={() => setOpen({ what: "edit", hook: null })}>
      {w.make}
    </Button>
  );
  const titles = { edit: w.make, log: w.log, secret: w.secret };
  return (
    <SettingsPage title={w.title} about={w.about} action={items.length > 0 && make}>
      {hooks.isError && !hooks.data ? (
        <Failed error={hooks.error} title={w.failed} retry={() => void hooks.refetch()} />
      ) : !hooks.data ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : items.length === 0 ? (
        <Empty title={w.empty} action={make}>
          {w.emptyText}
        </Empty>
      ) : (
        <Panel title={w.title} flush>
          <ul className="users-list">
            {items.map((h) => (
              <Row key={h.id} hook={h} writes={writes} onOpen={setOpen} />
            ))}
          </ul>
        </Panel>
      )}
      <Drawer
        opened={open !== null}
        onClose={close}
        position="right"
        size={560}
        closeOnClickOutside={open?.what !== "secret"} // what is shown once is not lost by a slip
        title={open ? (open.what !== "secret" && open.hook ? open.hook.name : titles[open.what]) : ""}
      >
        {open?.what === "edit" && (
          <WebhookEditor
            key={open.hook?.id ?? "new"}
            hook={open.hook}
            kinds={hooks.data?.kinds ?? []}
            onMade={(name, secret) => setOpen({ what: "secret", name, secret })}
            onDone={close}
          />
        )}
        {open?.what === "log" && <DeliveryLog hook={open.hook} writes={writes} />}
        {open?.what === "secret" && <SecretShown secret={open.secret} onDone={close} />}
      </Drawer>
    </SettingsPage>
  );
}

type RowProps = { hook: Webhook; writes: boolean; onOpen: (open: Open) => void };

function Row({ hook: h, writes, onOpen }: RowProps) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const test = useTestWebhook();
  const remove = useRemoveWebhook();
  const renew = useNewSecret();
  const [asking, setAsking] = useState<"remove" | "secret" | null>(null);
  const state = () => {
    if (h.disabled_at) return w.disabled(fullOf(h.disabled_at, me.zone, now));
    if (!h.is_on) return w.off;
    if (h.failing_since) return w.failing(fullOf(h.failing_since, me.zone, now));
    return w.fine;
  };
  const bad = h.disabled_at !== null || h.failing_since !== null;
  return (
    <li className="hook-row">
      <span className="grow token-lines">
        <span>
          <span className="b">{h.name}</span> <span className={bad ? "s12 token-off b" : "s12 t2"}>{state()}</span>
        </span>
        <code className="s12">{h.url}</code>
        <span className="s12 t2">{h.events.map((k) => w.kinds[k] ?? k).join(", ")}</span>
        <span className="s12 t2">
          {[w.by(h.user_name), ...(h.waiting ? [w.waiting(h.waiting)] : []), ...(h.dead ? [w.dead(h.dead)] : [])].join(
            " · ",
          )}
        </span>
        <Refused error={test.error} />
      </span>
      <span className="row hook-actions">
        <Button variant="default" size="xs" onClick={() => onOpen({ what: "log", hook: h })}>
          {w.log}
        </Button>
        {writes && (
          <>
            <Button
              variant="default"
              size="xs"
              loading={test.isPending}
              onClick={() => test.mutate(h.id, { onSuccess: () => said(w.tested) })}
            >
              {w.test}
            </Button>
            <Button variant="default" size="xs" onClick={() => onOpen({ what: "edit", hook: h })}>
              {w.edit}
            </Button>
            <Button variant="subtle" size="xs" onClick={() => setAsking("secret")}>
              {w.newSecret}
            </Button>
            <Button variant="subtle" size="xs" onClick={() => setAsking("remove")}>
              {w.remove}
            </Button>
          </>
        )}
      </span>
      <Asked
        opened={asking === "remove"}
        title={w.removeTitle(h.name)}
        text={w.removeText}
        yes={w.remove}
        error={remove.error}
        pending={remove.isPending}
        onYes={() => remove.mutate(h.id, { onSuccess: () => said(w.removed(h.name)) })}
        onNo={() => setAsking(null)}
      />
      <Asked
        opened={asking === "secret"}
        title={w.secretTitle(h.name)}
        text={w.secretText}
        yes={w.newSecret}
        error={renew.error}
        pending={renew.isPending}
        onYes={() =>
          renew.mutate(h.id, {
            onSuccess: (s) => {
              setAsking(null);
              onOpen({ what: "secret", name: h.name, secret: s.secret });
            },
          })
        }
        onNo={() => setAsking(null)}
      />
    </li>
  );
}
