import { Button, Select, Skeleton, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { KeysForm } from "../recordings/KeysForm";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { phoneOf } from "../time/format";
import { useZones } from "../time/useZones";
import { Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useAddLine, useFound, useInviteAdministrator, useRegister, type Company, type Register } from "./api";
import { CapsForm } from "./CapsForm";
import { hasNoOperators, WindowForm } from "./WindowForm";
import { useWords } from "./words";

/** Whom the dispatch centre serves: founding a company, its numbers, its first administrator. */
export function CompaniesPage() {
  const w = useWords();
  const register = useRegister();
  const [adding, setAdding] = useState(false);
  const data = register.data;
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      action={
        !adding && (
          <Button className="btn-primary" onClick={() => setAdding(true)}>
            {w.add}
          </Button>
        )
      }
    >
      {adding && data && <FoundForm register={data} onDone={() => setAdding(false)} />}
      {register.isError && !data ? (
        <Failed error={register.error} title={w.failed} retry={() => void register.refetch()} />
      ) : !data ? (
        <Late>
          <Skeleton h={180} animate={false} />
        </Late>
      ) : data.items.length === 0 && !adding ? (
        <Empty title={w.empty}>{w.emptyText}</Empty>
      ) : (
        data.items.map((c) => <CompanyPanel key={c.id} company={c} register={data} />)
      )}
    </SettingsPage>
  );
}

function FoundForm({ register, onDone }: { register: Register; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const zones = useZones();
  const found = useFound();
  const refusal = useRefusal(found.error);
  const [name, setName] = useState("");
  const [city, setCity] = useState(register.cities[0] ? String(register.cities[0].id) : "0");
  const [cityName, setCityName] = useState("");
  const [zone, setZone] = useState(register.cities[0]?.zone ?? "Europe/Moscow");
  const [greeting, setGreeting] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (found.isPending) return;
    found.mutate(
      { name, city_id: Number(city), city_name: city === "0" ? cityName : "", zone, greeting },
      {
        onSuccess: (made) => {
          said(w.saved(made.name));
          onDone();
        },
      },
    );
  };
  return (
    <Panel title={w.add}>
      <form className="col" onSubmit={submit} noValidate>
        <TextInput
          label={w.name}
          autoFocus
          maxLength={140}
          value={name}
          error={refusal.at("name")}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <Select
          label={w.city}
          allowDeselect={false}
          data={[
            ...register.cities.map((x) => ({ value: String(x.id), label: x.name })),
            { value: "0", label: w.newCity },
          ]}
          value={city}
          error={refusal.at("city_id")}
          onChange={(v) => {
            setCity(v ?? "0");
            const known = register.cities.find((x) => String(x.id) === v);
            if (known) setZone(known.zone);
          }}
        />
        {city === "0" && (
          <TextInput
            label={w.cityName}
            maxLength={100}
            value={cityName}
            error={refusal.at("city_name")}
            onChange={(e) => setCityName(e.currentTarget.value)}
          />
        )}
        <Select
          label={w.zone}
          searchable
          allowDeselect={false}
          data={[...new Set([...zones.all, zone])].map((z) => ({ value: z, label: zones.name(z) }))}
          value={zone}
          error={refusal.at("zone")}
          onChange={(v) => setZone(v ?? zone)}
        />
        <Textarea
          label={w.greeting}
          description={w.greetingHint}
          autosize
          minRows={2}
          maxLength={300}
          value={greeting}
          error={refusal.at("greeting")}
          onChange={(e) => setGreeting(e.currentTarget.value)}
        />
        <Rest of={refusal} />
        <div className="row">
          <Button type="submit" className="btn-primary" loading={found.isPending}>
            {w.save}
          </Button>
          <Button variant="default" onClick={onDone}>
            {c.cancel}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function CompanyPanel({ company, register }: { company: Company; register: Register }) {
  const w = useWords();
  const zones = useZones();
  const [asked, setAsked] = useState<"line" | "admin" | "caps" | "window" | "keys" | null>(null);
  return (
    <Panel
      title={company.name}
      right={
        <span className="s12 t2">
          {company.city} · {zones.name(company.zone)} · {w.admins(company.admins)}
        </span>
      }
    >
      <div className="col">
        <div className="sect">{w.lines}</div>
        {company.lines.map((l) => (
          <div key={l.id} className="row wrap s13">
            <span className="nw">{phoneOf(l.phone)}</span>
            <span className="t2">
              {l.trunk_name}, {l.carrier}
              {l.kind === "citywide" && `, ${w.citywide}`}
            </span>
          </div>
        ))}
        {company.old.map((l) => (
          <div key={l.id} className="row wrap s13 t2">
            <span className="nw">{phoneOf(l.phone)}</span>
            <span>
              {l.trunk_name}, {w.old}
            </span>
          </div>
        ))}
        {company.lack && <Note tone="plan">{w.lacks[company.lack]}</Note>}
        <div className="s13 t2">{w.caps(company.caps.concurrent, company.caps.hourly, company.caps.minutes)}</div>
        {company.admins === 0 && <Note tone="plan">{w.noAdmin}</Note>}
        {asked === "line" && <LineForm company={company} register={register} onDone={() => setAsked(null)} />}
        <div className="s13 t2">
          {company.window.answers === "nobody" ? w.allOurs : w.own(company.window, company.window.phones.map(phoneOf))}
        </div>
        {hasNoOperators(company) && <Note tone="plan">{w.noOperators}</Note>}
        {asked === "window" && <WindowForm company={company} onDone={() => setAsked(null)} />}
        {asked === "caps" && <CapsForm company={company} onDone={() => setAsked(null)} />}
        {asked === "keys" && <KeysForm company={company} onDone={() => setAsked(null)} />}
        {asked === "admin" && <AdminForm company={company} onDone={() => setAsked(null)} />}
        {asked === null && (
          <div className="row wrap">
            <Button variant="default" size="xs" onClick={() => setAsked("line")}>
              {w.addLine}
            </Button>
            <Button variant="default" size="xs" onClick={() => setAsked("admin")}>
              {w.invite}
            </Button>
            <Button variant="default" size="xs" onClick={() => setAsked("window")}>
              {w.windowChange}
            </Button>
            <Button variant="default" size="xs" onClick={() => setAsked("caps")}>
              {w.capsChange}
            </Button>
            <Button variant="default" size="xs" onClick={() => setAsked("keys")}>
              {w.keys}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

function LineForm({ company, register, onDone }: { company: Company; register: Register; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const add = useAddLine(company.id);
  const refusal = useRefusal(add.error);
  const [phone, setPhone] = useState("");
  const [trunk, setTrunk] = useState<string | null>(null);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    add.mutate({ phone, trunk_id: Number(trunk ?? 0) }, { onSuccess: onDone });
  };
  return (
    <form className="row wrap" style={{ alignItems: "flex-start" }} onSubmit={submit} noValidate>
      <TextInput
        label={w.phone}
        type="tel"
        autoFocus
        value={phone}
        error={refusal.at("phone") ?? refusal.rest}
        onChange={(e) => setPhone(e.currentTarget.value)}
      />
      <Select
        label={w.trunk}
        placeholder={w.trunkHint}
        data={register.trunks.map((t) => ({ value: String(t.id), label: `${t.name} (${t.carrier})` }))}
        value={trunk}
        error={refusal.at("trunk_id")}
        onChange={setTrunk}
      />
      <Button type="submit" mt={18} loading={add.isPending}>
        {w.addLine}
      </Button>
      <Button variant="default" mt={18} onClick={onDone}>
        {c.cancel}
      </Button>
    </form>
  );
}

function AdminForm({ company, onDone }: { company: Company; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const invite = useInviteAdministrator(company.id);
  const refusal = useRefusal(invite.error);
  const [name, setName] = useState("");
  const link = invite.data?.link ? `${location.origin}${invite.data.link}` : null;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    invite.mutate(name);
  };
  if (link) {
    return (
      <div className="col">
        <Note>{w.link}</Note>
        <div className="row wrap">
          <TextInput
            className="grow"
            miw={240}
            readOnly
            value={link}
            aria-label={w.invite}
            onFocus={(e) => e.currentTarget.select()}
          />
          <Button variant="default" onClick={() => void navigator.clipboard.writeText(link).then(() => said(w.copied))}>
            {w.copy}
          </Button>
          <Button variant="default" onClick={onDone}>
            {c.close}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form className="row wrap" style={{ alignItems: "flex-start" }} onSubmit={submit} noValidate>
      <TextInput
        label={w.who}
        placeholder={w.whoHint}
        autoFocus
        maxLength={100}
        value={name}
        error={refusal.at("name") ?? refusal.rest}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <Button type="submit" mt={18} loading={invite.isPending}>
        {w.makeLink}
      </Button>
      <Button variant="default" mt={18} onClick={onDone}>
        {c.cancel}
      </Button>
    </form>
  );
}
