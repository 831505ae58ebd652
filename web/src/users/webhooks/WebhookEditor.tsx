import { Button, Checkbox, Switch, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Rest, useRefusal, useSaid } from "../../ui/settings";
import { useWords as useCommon } from "../../ui/words";
import { useChangeWebhook, useMakeWebhook, type Webhook, type WebhookForm } from "./api";
import { useWords } from "./words";

type Props = {
  hook: Webhook | null;
  kinds: readonly string[];
  onMade: (name: string, secret: string) => void;
  onDone: () => void;
};

/** Name, address and events of a webhook. */
export function WebhookEditor({ hook, kinds, onMade, onDone }: Props) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const make = useMakeWebhook();
  const change = useChangeWebhook(hook?.id ?? 0);
  const refusal = useRefusal(make.error ?? change.error);
  const [form, setForm] = useState<WebhookForm>({
    name: hook?.name ?? "",
    url: hook?.url ?? "",
    events: (hook?.events ?? []) as WebhookForm["events"], // the server's own words
    has_phones: hook?.has_phones ?? false,
    is_on: hook?.is_on ?? true,
    ...(hook ? { version: hook.version } : {}),
  });
  const put = (part: Partial<WebhookForm>) => setForm((f) => ({ ...f, ...part }));
  const tick = (k: string, on: boolean) =>
    put({ events: kinds.filter((x) => (x === k ? on : form.events.includes(x as never))) as WebhookForm["events"] }); // as above
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (make.isPending || change.isPending) return;
    if (hook) {
      change.mutate(form, {
        onSuccess: (h) => {
          said(w.saved(h.name));
          onDone();
        },
      });
      return;
    }
    make.mutate(form, { onSuccess: (m) => onMade(m.item.name, m.secret) });
  };
  const bad = refusal.at("events");
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.name}
        description={w.nameHint}
        value={form.name}
        maxLength={60}
        data-autofocus
        error={refusal.at("name")}
        onChange={(e) => put({ name: e.currentTarget.value })}
      />
      <TextInput
        label={w.url}
        description={w.urlHint}
        type="url"
        value={form.url}
        maxLength={500}
        error={refusal.at("url")}
        onChange={(e) => put({ url: e.currentTarget.value })}
      />
      <fieldset className="hook-kinds">
        <legend>{w.events}</legend>
        {kinds.map((k) => (
          <Checkbox
            key={k}
            label={w.kinds[k] ?? k}
            checked={form.events.includes(k as never)} // the server's own words
            onChange={(e) => tick(k, e.currentTarget.checked)}
          />
        ))}
      </fieldset>
      {bad && (
        <div role="alert" className="field-error">
          {bad}
        </div>
      )}
      <Checkbox
        label={w.phones}
        description={w.phonesHint}
        checked={form.has_phones ?? false}
        error={refusal.at("has_phones")}
        onChange={(e) => put({ has_phones: e.currentTarget.checked })}
      />
      <Switch label={w.on} checked={form.is_on} onChange={(e) => put({ is_on: e.currentTarget.checked })} />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={make.isPending || change.isPending}>
          {hook ? w.save : w.make}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}
