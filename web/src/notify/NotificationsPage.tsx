import { Button, Checkbox, Skeleton, Switch, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useForget, useNotifications, useSubscribe, useTry, useWish, type Device, type Notifications } from "./api";
import { canHear, hear, heardAt, hearNoMore } from "./push";
import { useWords } from "./words";
import "./notify.css";

/** What a person is told of on his devices, and which they are. */
export function NotificationsPage() {
  const w = useWords();
  const mine = useNotifications();
  return (
    <SettingsPage title={w.title} about={w.about}>
      {mine.isError && !mine.data ? (
        <Failed error={mine.error} title={w.failed} retry={() => void mine.refetch()} />
      ) : !mine.data ? (
        <Late>
          <Skeleton h={240} animate={false} />
        </Late>
      ) : (
        <>
          <Here mine={mine.data} />
          <WishForm key={mine.data.wishes.version} mine={mine.data} />
          <Devices devices={mine.data.devices} />
        </>
      )}
    </SettingsPage>
  );
}

const hereKey = ["push-here"];

/** This browser: whether it hears, and the one button for it. */
function Here({ mine }: { mine: Notifications }) {
  const w = useWords();
  const said = useSaid();
  const client = useQueryClient();
  const here = useQuery({ queryKey: hereKey, queryFn: heardAt });
  const subscribe = useSubscribe();
  const forget = useForget();
  const test = useTry();
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const device = mine.devices.find((d) => d.endpoint === here.data);
  const turn = async (change: () => Promise<string>) => {
    setBusy(true);
    setTrouble("");
    try {
      const words = await change();
      if (words) said(words);
    } catch {
      setTrouble(w.notGiven); // what our server refused is said beside
    }
    await client.invalidateQueries({ queryKey: hereKey });
    setBusy(false);
  };
  const on = async () => {
    const heard = await hear(mine.public_key);
    if (heard === "denied") {
      setTrouble(w.denied);
      return "";
    }
    await subscribe.mutateAsync(heard);
    return w.turnedOn;
  };
  const off = async () => {
    if (device) await forget.mutateAsync(device.id);
    await hearNoMore();
    return w.turnedOff;
  };
  if (!canHear()) return <Note>{w.cannot}</Note>;
  return (
    <Panel title={w.here}>
      <div className="col">
        <div>{device ? w.on : w.off}</div>
        {trouble && (
          <div role="alert">
            <Note tone="plan">{trouble}</Note>
          </div>
        )}
        <Refused error={subscribe.error ?? forget.error ?? test.error} />
        <div className="row">
          {device ? (
            <>
              <Button
                variant="default"
                loading={test.isPending}
                onClick={() => test.mutate(device.id, { onSuccess: () => said(w.tested) })}
              >
                {w.test}
              </Button>
              <Button variant="subtle" loading={busy} onClick={() => void turn(off)}>
                {w.turnOff}
              </Button>
            </>
          ) : (
            <Button className="btn-primary" loading={busy} onClick={() => void turn(on)}>
              {w.turnOn}
            </Button>
          )}
        </div>
      </div>
    </Panel>
  );
}

const clockOf = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

/** What to tell of, and when not. */
export function WishForm({ mine }: { mine: Notifications }) {
  const w = useWords();
  const said = useSaid();
  const wish = useWish();
  const refusal = useRefusal(wish.error);
  const [form, setForm] = useState(mine.wishes);
  const put = (part: Partial<typeof form>) => setForm((f) => ({ ...f, ...part }));
  const quiet = form.quiet_from !== form.quiet_to;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!wish.isPending) wish.mutate(form, { onSuccess: () => said(w.saved) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Panel title={w.what}>
        <div className="col">
          {mine.kinds.map((k) => (
            <Checkbox
              key={k}
              label={w.kinds[k] ?? k}
              checked={form.kinds.includes(k as never)} // the server's own words
              onChange={(e) => {
                const on = e.currentTarget.checked;
                put({
                  kinds: mine.kinds.filter((x) =>
                    x === k ? on : form.kinds.includes(x as never),
                  ) as typeof form.kinds,
                });
              }}
            />
          ))}
          <div className="b">{w.quiet}</div>
          <div className="quiet">{w.quietText}</div>
          <Switch
            label={w.hasQuiet}
            checked={quiet}
            onChange={(e) =>
              put(e.currentTarget.checked ? { quiet_from: 1320, quiet_to: 420 } : { quiet_to: form.quiet_from })
            }
          />
          {quiet && (
            <>
              <div className="row notify-hours">
                <TextInput
                  type="time"
                  label={w.from}
                  value={clockOf(form.quiet_from)}
                  error={refusal.at("quiet_from")}
                  onChange={(e) => e.currentTarget.value && put({ quiet_from: minutesOf(e.currentTarget.value) })}
                />
                <TextInput
                  type="time"
                  label={w.to}
                  value={clockOf(form.quiet_to)}
                  error={refusal.at("quiet_to")}
                  onChange={(e) => e.currentTarget.value && put({ quiet_to: minutesOf(e.currentTarget.value) })}
                />
              </div>
              <Checkbox
                label={w.breaks}
                checked={form.breaks}
                onChange={(e) => put({ breaks: e.currentTarget.checked })}
              />
            </>
          )}
          <Rest of={refusal} />
          <div className="row">
            <Button type="submit" className="btn-primary" loading={wish.isPending}>
              {w.save}
            </Button>
          </div>
        </div>
      </Panel>
    </form>
  );
}

function Devices({ devices }: { devices: Device[] }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const forget = useForget();
  if (devices.length === 0) return <Empty title={w.none}>{w.noneText}</Empty>;
  return (
    <Panel title={w.devices}>
      <Refused error={forget.error} />
      <ul className="notify-devices">
        {devices.map((d) => (
          <li key={d.id}>
            <span className="grow">
              {d.name || w.unknown}
              <span className="s12 t2" style={{ display: "block" }}>
                {[
                  w.since(fullOf(d.created_at, me.zone, now)),
                  ...(d.heard_at ? [w.heard(fullOf(d.heard_at, me.zone, now))] : []),
                ].join(" · ")}
              </span>
            </span>
            <Button
              variant="default"
              size="xs"
              onClick={() => forget.mutate(d.id, { onSuccess: () => said(w.removed) })}
            >
              {w.remove}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
