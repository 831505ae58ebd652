import { Button, Drawer, Modal, MultiSelect, Select, Skeleton, Switch, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState, type FormEvent } from "react";
import { languageName, useWords as useQueueWords } from "../queue/words";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf, phoneOf } from "../time/format";
import { Empty, Failed, Panel } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import {
  useChangeColleague,
  useColleagueFactor,
  useColleagues,
  useEndColleague,
  useInviteColleague,
  useKeepTeam,
  useRemoveTeam,
  useResendColleague,
  useRevokeColleague,
  useTeams,
  type Colleague,
  type Invitation,
  type Team,
  type TeamList,
} from "./api";
import { PhoneField } from "./DeskPanel";
import { FactorReset } from "./FactorPanel";
import { LinkShown } from "./LinkShown";
import { InvitationPanel } from "./UsersPage";
import { useWords } from "./words";
import "./users.css";

const asData = (all: { id: number; name: string }[]) => all.map((x) => ({ value: String(x.id), label: x.name }));
const noTeam: Team = { id: 0, name: "", company_ids: [], city_ids: [], skills: [], people: 0, version: 0 };

/** Our own people: teams, what they serve, who is in them. */
export function TeamsPage() {
  const w = useWords();
  const teams = useTeams();
  const [open, setOpen] = useState<Team | null>(null);
  const names = (ids: number[], all: { id: number; name: string }[]) =>
    ids
      .map((id) => all.find((x) => x.id === id)?.name)
      .filter(Boolean)
      .join(", ");
  return (
    <SettingsPage
      title={w.teamsTitle}
      about={w.teamsAbout}
      action={
        <Button className="btn-primary" onClick={() => setOpen(noTeam)}>
          {w.newTeam}
        </Button>
      }
    >
      {teams.isError && !teams.data ? (
        <Failed error={teams.error} title={w.failed} retry={() => void teams.refetch()} />
      ) : !teams.data ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : (
        <>
          <Panel title={w.teams} flush>
            {teams.data.items.length === 0 && <Empty title={w.noTeams}>{w.noTeamsText}</Empty>}
            <ul className="users-list">
              {teams.data.items.map((t) => (
                <li key={t.id}>
                  <span className="grow">
                    <span className="b">{t.name}</span> <span className="s12 t2">{w.people(t.people)}</span>
                    <span className="s12 t2" style={{ display: "block" }}>
                      {[
                        names(t.city_ids, teams.data.cities),
                        names(t.company_ids, teams.data.companies),
                        t.skills.join(", "),
                      ]
                        .filter(Boolean)
                        .join(" · ")}
                    </span>
                  </span>
                  <Button variant="default" size="xs" onClick={() => setOpen(t)}>
                    {w.edit}
                  </Button>
                </li>
              ))}
            </ul>
          </Panel>
          <Colleagues teams={teams.data} />
          <Drawer
            opened={open !== null}
            onClose={() => setOpen(null)}
            position="right"
            size={480}
            title={open?.name || w.newTeam}
          >
            {open && <TeamEditor key={open.id} team={open} may={teams.data} onDone={() => setOpen(null)} />}
          </Drawer>
        </>
      )}
    </SettingsPage>
  );
}

/** Name, companies, cities and skills of a team. */
export function TeamEditor({ team, may, onDone }: { team: Team; may: TeamList; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const keep = useKeepTeam();
  const remove = useRemoveTeam();
  const refusal = useRefusal(keep.error);
  const [form, setForm] = useState(team);
  const [tried, setTried] = useState(false);
  const [sure, setSure] = useState(false);
  const put = (part: Partial<Team>) => setForm({ ...form, ...part });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (!form.name.trim() || keep.isPending) return;
    const { name, company_ids, city_ids, skills } = form;
    keep.mutate(
      { id: team.id || null, name, company_ids, city_ids, skills, ...(team.id ? { version: team.version } : {}) },
      {
        onSuccess: (t) => {
          said(w.teamKept(t.name));
          onDone();
        },
      },
    );
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.teamName}
        value={form.name}
        maxLength={60}
        data-autofocus
        error={refusal.at("name") ?? (tried && !form.name.trim() ? w.needField : undefined)}
        onChange={(e) => put({ name: e.currentTarget.value })}
      />
      <MultiSelect
        label={w.cities}
        description={w.citiesHint}
        searchable
        clearable
        data={asData(may.cities)}
        value={form.city_ids.map(String)}
        error={refusal.at("city_ids")}
        onChange={(v) => put({ city_ids: v.map(Number) })}
      />
      <MultiSelect
        label={w.companies}
        searchable
        clearable
        limit={50}
        data={asData(may.companies)}
        value={form.company_ids.map(String)}
        error={refusal.at("company_ids")}
        onChange={(v) => put({ company_ids: v.map(Number) })}
      />
      <TagsInput
        label={w.skills}
        description={w.skillsHint}
        value={form.skills}
        error={refusal.at("skills")}
        onChange={(skills) => put({ skills })}
      />
      <Rest of={refusal} />
      <div className="row wrap">
        <Button type="submit" className="btn-primary" loading={keep.isPending}>
          {w.saveTeam}
        </Button>
        {team.id > 0 && (
          <Button variant="default" onClick={() => setSure(true)}>
            {w.removeTeam}
          </Button>
        )}
      </div>
      <Modal opened={sure} onClose={() => setSure(false)} title={w.removeTeamTitle(team.name)} centered>
        <div className="col">
          <p>{w.removeTeamText}</p>
          <Refused error={remove.error} />
          <div className="row">
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() =>
                remove.mutate(team.id, {
                  onSuccess: () => {
                    said(w.teamRemoved(team.name));
                    onDone();
                  },
                })
              }
            >
              {w.removeTeam}
            </Button>
            <Button variant="default" onClick={() => setSure(false)}>
              {c.cancel}
            </Button>
          </div>
        </div>
      </Modal>
    </form>
  );
}

function Colleagues({ teams }: { teams: TeamList }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const [q, setQ] = useState("");
  const [asked] = useDebouncedValue(q.trim(), 250);
  const people = useColleagues(asked);
  const resend = useResendColleague();
  const revoke = useRevokeColleague();
  const [open, setOpen] = useState<Colleague | null>(null);
  const [inviting, setInviting] = useState(false);
  return (
    <>
      <Panel
        title={w.colleagues}
        flush
        right={
          <Button variant="default" size="xs" onClick={() => setInviting(true)}>
            {w.invite}
          </Button>
        }
      >
        <div style={{ padding: 12 }}>
          <TextInput
            type="search"
            maw={360}
            label={w.search}
            value={q}
            maxLength={100}
            onChange={(e) => setQ(e.currentTarget.value)}
          />
        </div>
        <Refused error={people.error} />
        <ul className="users-list">
          {(people.data?.items ?? []).map((p) => (
            <li key={p.id}>
              <span className="grow">
                <span className="b">{p.name}</span> {p.is_blocked && <span className="chip emg">{w.blocked}</span>}{" "}
                {p.factor_reset && <span className="chip plan">{w.factorWaits}</span>}
                <span className="s12 t2" style={{ display: "block" }}>
                  {[
                    w.kinds[p.kind],
                    p.team_ids
                      .map((id) => teams.items.find((t) => t.id === id)?.name)
                      .filter(Boolean)
                      .join(", "),
                    w.serves(p.companies),
                    p.seen_at ? momentOf(p.seen_at, me.zone, now) : w.never,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
              <Button variant="default" size="xs" onClick={() => setOpen(p)}>
                {w.edit}
              </Button>
            </li>
          ))}
        </ul>
      </Panel>
      <InvitationPanel
        items={people.data?.invited ?? []}
        writes
        resend={resend.mutateAsync}
        revoke={revoke.mutateAsync}
        error={resend.error ?? revoke.error}
      />
      <Drawer opened={open !== null} onClose={() => setOpen(null)} position="right" size={480} title={open?.name}>
        {open && (
          <ColleagueEditor
            key={open.id}
            person={open}
            teams={teams}
            languages={people.data?.languages ?? []}
            onDone={() => setOpen(null)}
          />
        )}
        {open && <ColleagueFactor person={people.data?.items.find((p) => p.id === open.id) ?? open} />}
      </Drawer>
      <Drawer opened={inviting} onClose={() => setInviting(false)} position="right" size={480} title={w.inviteTitle}>
        <InviteColleague teams={teams} onDone={() => setInviting(false)} />
      </Drawer>
    </>
  );
}

type Kind = Colleague["kind"];

function KindSelect({
  value,
  error,
  onChange,
}: {
  value: Kind;
  error: string | undefined;
  onChange: (k: Kind) => void;
}) {
  const w = useWords();
  return (
    <Select
      label={w.kind}
      allowDeselect={false}
      data={(["operator", "supervisor", "admin"] as const).map((k) => ({ value: k, label: w.kinds[k] }))}
      value={value}
      error={error}
      onChange={(k) => onChange((k ?? value) as Kind)} // its data are the kinds
    />
  );
}

type EditorProps = { person: Colleague; teams: TeamList; languages: string[]; onDone: () => void };

function ColleagueEditor({ person: p, teams, languages, onDone }: EditorProps) {
  const w = useWords();
  const names = useQueueWords();
  const said = useSaid();
  const save = useChangeColleague();
  const end = useEndColleague();
  const refusal = useRefusal(save.error);
  const [kind, setKind] = useState(p.kind);
  const [team, setTeam] = useState(p.team_ids.map(String));
  const [spoken, setSpoken] = useState(p.languages);
  const [phone, setPhone] = useState(p.phone && phoneOf(p.phone));
  const [skills, setSkills] = useState(p.skills);
  const [blocked, setBlocked] = useState(p.is_blocked);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    save.mutate(
      { id: p.id, kind, team_ids: team.map(Number), skills, languages: spoken, phone, is_blocked: blocked },
      {
        onSuccess: () => {
          said(w.saved(p.name));
          onDone();
        },
      },
    );
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <KindSelect value={kind} error={refusal.at("kind")} onChange={setKind} />
      <MultiSelect
        label={w.teams}
        searchable
        clearable
        data={asData(teams.items)}
        value={team}
        error={refusal.at("team_ids")}
        onChange={setTeam}
      />
      <PhoneField value={phone} error={refusal.at("phone")} onChange={setPhone} />
      <MultiSelect
        label={w.languages}
        description={w.languagesHint}
        searchable
        clearable
        data={languages.map((l) => ({ value: l, label: languageName(names, l) }))}
        value={spoken}
        error={refusal.at("languages")}
        onChange={setSpoken}
      />
      <TagsInput
        label={w.skills}
        description={w.skillsHint}
        value={skills}
        error={refusal.at("skills")}
        onChange={setSkills}
      />
      <Switch label={w.blocked} checked={blocked} onChange={(e) => setBlocked(e.currentTarget.checked)} />
      <Rest of={refusal} />
      <Refused error={end.error} />
      <div className="row wrap">
        <Button type="submit" className="btn-primary" loading={save.isPending}>
          {w.save}
        </Button>
        {p.sessions > 0 && !p.is_me && (
          <Button
            variant="default"
            loading={end.isPending}
            onClick={() => end.mutate(p.id, { onSuccess: ({ ended }) => said(w.ended(ended)) })}
          >
            {w.endAll} ({p.sessions})
          </Button>
        )}
      </div>
    </form>
  );
}

function ColleagueFactor({ person: p }: { person: Colleague }) {
  const w = useWords();
  const act = useColleagueFactor(p.id);
  return (
    <section className="col" style={{ marginTop: 24 }} aria-label={w.factor}>
      <h3>{w.factor}</h3>
      <FactorReset name={p.name} hasFactor={p.has_totp} isMe={p.is_me} reset={p.factor_reset} act={act} />
    </section>
  );
}

function InviteColleague({ teams, onDone }: { teams: TeamList; onDone: () => void }) {
  const w = useWords();
  const invite = useInviteColleague();
  const refusal = useRefusal(invite.error);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("operator");
  const [team, setTeam] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<Invitation | null>(null);
  if (made) return <LinkShown invitation={made} onDone={onDone} />;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (name.trim()) invite.mutate({ name, kind, team_ids: team.map(Number) }, { onSuccess: setMade });
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.personName}
        description={w.personHint}
        value={name}
        maxLength={100}
        data-autofocus
        error={refusal.at("name") ?? (tried && !name.trim() ? w.needField : undefined)}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <KindSelect value={kind} error={refusal.at("kind")} onChange={setKind} />
      <MultiSelect
        label={w.teams}
        searchable
        clearable
        data={asData(teams.items)}
        value={team}
        error={refusal.at("team_ids")}
        onChange={setTeam}
      />
      <Rest of={refusal} />
      <Button type="submit" className="btn-primary" loading={invite.isPending}>
        {w.makeLink}
      </Button>
    </form>
  );
}
