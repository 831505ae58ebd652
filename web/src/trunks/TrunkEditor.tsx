import { useUndialled } from "../ui/dialled/useUndialled";
import { Button, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Rest, useRefusal, useSaid, type Refusal } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useKeepTrunk, type Trunk } from "./api";
import { count, type Part } from "./form";
import { ProbeFields } from "./Probe";
import { useWords } from "./words";

/** What a new trunk begins with. */
export const noTrunk: Trunk = {
  id: 0,
  name: "",
  carrier: "",
  host: "",
  port: 5060,
  transport: "udp",
  srtp: "off",
  tls_ca: "",
  tls_pin: "",
  registers: true,
  user: "",
  has_password: false,
  addresses: [],
  channels: 30,
  per_second: 5,
  codecs: ["pcma", "pcmu"],
  caller_ids: [],
  priority: 0,
  is_active: true,
  version: 0,
  lines: [],
  probe_number: "",
  probe_every_min: 1,
  probe_price: 0,
  probe_budget: 0,
  now: null,
};

/** What of a trunk is saved: how it is now is no part of it. */
function fieldsOf(t: Trunk) {
  const { id, name, carrier, host, port, transport, registers, user, addresses, version } = t;
  const { channels, per_second, codecs, caller_ids, priority, is_active } = t;
  const { srtp = "off", tls_ca = "", tls_pin = "" } = t;
  const { probe_number = "", probe_every_min = 1, probe_price = 0, probe_budget = 0 } = t;
  return {
    ...{ id, name, carrier, host, port, transport, registers, user, addresses, version },
    ...{ channels, per_second, codecs, caller_ids, priority, is_active, srtp, tls_ca, tls_pin },
    ...{ probe_number, probe_every_min, probe_price, probe_budget },
  };
}

/** The first message of a field that is a list. */
function inList(refusal: Refusal, field: string, length: number): string | undefined {
  const items = Array.from({ length }, (_, i) => refusal.at(`${field}[${String(i)}]`));
  return refusal.at(field) ?? items.find((m) => m !== undefined);
}

/** A trunk as it is set up. */
export function TrunkEditor({ trunk, onDone }: { trunk: Trunk; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const undialled = useUndialled();
  const keep = useKeepTrunk();
  const refusal = useRefusal(keep.error);
  const [form, setForm] = useState(trunk);
  const [password, setPassword] = useState("");
  const put = (part: Partial<Trunk>) => setForm((was) => ({ ...was, ...part }));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (keep.isPending) return;
    keep.mutate(
      { ...fieldsOf(form), ...(password ? { password } : {}) },
      {
        onSuccess: (t) => {
          said(undialled.saved([form.probe_number ?? ""]) || w.saved(t.name));
          onDone();
        },
      },
    );
  };
  return (
    <form className="trunk-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.name}
        value={form.name}
        maxLength={60}
        data-autofocus
        error={refusal.at("name")}
        onChange={(e) => put({ name: e.currentTarget.value })}
      />
      <TextInput
        label={w.carrier}
        description={w.carrierHint}
        value={form.carrier}
        maxLength={60}
        error={refusal.at("carrier")}
        onChange={(e) => put({ carrier: e.currentTarget.value })}
      />
      <Address form={form} put={put} refusal={refusal} />
      <TextInput
        type="password"
        label={w.password}
        description={form.has_password ? w.passwordKept : w.passwordNone}
        autoComplete="new-password"
        value={password}
        maxLength={200}
        error={refusal.at("password")}
        onChange={(e) => setPassword(e.currentTarget.value)}
      />
      <Limits form={form} put={put} refusal={refusal} />
      <ProbeFields form={form} put={put} refusal={refusal} />
      <Switch
        label={w.active}
        description={w.activeHint}
        checked={form.is_active}
        onChange={(e) => put({ is_active: e.currentTarget.checked })}
      />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={keep.isPending}>
          {w.save}
        </Button>
        <Button variant="default" onClick={onDone}>
          {c.cancel}
        </Button>
      </div>
    </form>
  );
}

function Address({ form, put, refusal }: Part) {
  const w = useWords();
  return (
    <>
      <div className="trunk-pair">
        <TextInput
          label={w.host}
          value={form.host}
          maxLength={255}
          error={refusal.at("host")}
          onChange={(e) => put({ host: e.currentTarget.value })}
        />
        <NumberInput
          label={w.port}
          placeholder={w.portFound}
          min={0}
          max={65535}
          value={form.port || ""}
          allowDecimal={false}
          error={refusal.at("port")}
          onChange={(v) => put({ port: count(v) })}
        />
        <Select
          label={w.transport}
          allowDeselect={false}
          data={[
            { value: "udp", label: "UDP" },
            { value: "tcp", label: "TCP" },
            { value: "tls", label: "TLS" },
          ]}
          value={form.transport}
          error={refusal.at("transport")}
          onChange={(v) => put({ transport: v ?? "udp", ...(portsOf[v ?? "udp"]?.(form.port) ?? {}) })}
        />
      </div>
      <Proof form={form} put={put} refusal={refusal} />
      <Select
        label={w.way}
        allowDeselect={false}
        data={[
          { value: "password", label: w.byPassword },
          { value: "address", label: w.trusted },
        ]}
        value={form.registers ? "password" : "address"}
        onChange={(v) => put({ registers: v === "password" })}
      />
      <TextInput
        label={w.user}
        autoComplete="off"
        value={form.user}
        maxLength={100}
        error={refusal.at("user")}
        onChange={(e) => put({ user: e.currentTarget.value })}
      />
      <TagsInput
        label={w.addresses}
        description={w.addressesHint}
        value={form.addresses}
        error={inList(refusal, "addresses", form.addresses.length)}
        onChange={(addresses) => put({ addresses })}
      />
    </>
  );
}

/** The usual port follows the transport; one that was typed stays. */
const portsOf: Record<string, (port: number) => Partial<Trunk>> = {
  udp: (port) => (port === 5061 ? { port: 5060 } : {}),
  tcp: (port) => (port === 5061 ? { port: 5060 } : {}),
  tls: (port) => (port === 5060 ? { port: 5061 } : {}),
};

/** How the sound is sealed, and how the provider proves himself over TLS. */
function Proof({ form, put, refusal }: Part) {
  const w = useWords();
  return (
    <>
      <Select
        label={w.srtp}
        description={form.srtp !== "off" && form.transport !== "tls" ? w.srtpBare : w.srtpHint}
        allowDeselect={false}
        data={[
          { value: "off", label: w.srtpOff },
          { value: "optional", label: w.srtpOptional },
          { value: "required", label: w.srtpRequired },
        ]}
        value={form.srtp ?? "off"}
        error={refusal.at("srtp")}
        onChange={(v) => put({ srtp: v ?? "off" })}
      />
      {form.transport === "tls" && (
        <>
          <Textarea
            label={w.ca}
            description={w.caHint}
            value={form.tls_ca ?? ""}
            maxLength={20000}
            rows={3}
            error={refusal.at("tls_ca")}
            onChange={(e) => put({ tls_ca: e.currentTarget.value })}
          />
          <TextInput
            label={w.pin}
            description={w.pinHint}
            value={form.tls_pin ?? ""}
            maxLength={120}
            error={refusal.at("tls_pin")}
            onChange={(e) => put({ tls_pin: e.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}

function Limits({ form, put, refusal }: Part) {
  const w = useWords();
  return (
    <>
      <div className="trunk-pair">
        <NumberInput
          label={w.channels}
          description={w.channelsHint}
          value={form.channels}
          allowDecimal={false}
          error={refusal.at("channels")}
          onChange={(v) => put({ channels: count(v) })}
        />
        <NumberInput
          label={w.perSecond}
          description={w.perSecondHint}
          value={form.per_second}
          allowDecimal={false}
          error={refusal.at("per_second")}
          onChange={(v) => put({ per_second: count(v) })}
        />
        <NumberInput
          label={w.priority}
          description={w.priorityHint}
          value={form.priority}
          allowDecimal={false}
          error={refusal.at("priority")}
          onChange={(v) => put({ priority: count(v) })}
        />
      </div>
      <Select
        label={w.codecs}
        allowDeselect={false}
        data={[
          { value: "pcma,pcmu", label: w.alawFirst },
          { value: "pcmu,pcma", label: w.mulawFirst },
          { value: "pcma", label: w.alawOnly },
          { value: "pcmu", label: w.mulawOnly },
        ]}
        value={form.codecs.join(",")}
        error={refusal.at("codecs")}
        onChange={(v) => put({ codecs: (v ?? "pcma,pcmu").split(",") })}
      />
      <TagsInput
        label={w.callerIDs}
        description={w.callerIDsHint}
        value={form.caller_ids}
        error={inList(refusal, "caller_ids", form.caller_ids.length)}
        onChange={(caller_ids) => put({ caller_ids })}
      />
    </>
  );
}
