-- +goose Up
-- Every table says which module owns it; only the owner's code may write it.
-- Fence roles (see internal/platform/pg): a company's user sees one company, a
-- dispatcher the companies of his team, a named part of the system everything.

-- +goose StatementBegin
do $$
declare r text;
begin
  foreach r in array array['d24_journal', 'd24_desk', 'd24_system'] loop
    begin
      execute format('create role %I nologin', r);
    exception when duplicate_object then null;
    end;
  end loop;
end $$;
-- +goose StatementEnd

create extension if not exists pg_trgm;

-- ───────────── accounts ─────────────

-- owner: account
create table users (
  id            bigint generated always as identity primary key,
  login         text        not null unique,
  name          text        not null,            -- staff name, as on screens: "Гусев П. Н."
  password_hash text        not null,            -- argon2id, encoded with its parameters
  kind          text        not null check (kind in ('operator', 'supervisor', 'company', 'admin')),
  is_active     boolean     not null default true,
  created_at    timestamptz not null
);

-- owner: account
create table sessions (
  token_hash bytea       primary key,            -- SHA-256 of the cookie
  user_id    bigint      not null references users (id),
  company_id bigint,                             -- the company chosen after login; null for our own staff
  device     text        not null default '',
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  expires_at timestamptz not null,
  ended_at   timestamptz
);
create index sessions_user on sessions (user_id) where ended_at is null;

-- owner: account
create table login_attempts (
  login  text        not null,
  at     timestamptz not null,
  source text        not null,
  passed boolean     not null
);
create index login_attempts_login on login_attempts (login, at desc);

-- ───────────── directories ─────────────

-- owner: company
create table cities (
  id   bigint generated always as identity primary key,
  name text not null unique,
  zone text not null                             -- IANA zone
);

-- owner: company
create table companies (
  id         bigint generated always as identity primary key,
  name       text        not null,
  city_id    bigint      not null references cities (id),
  zone       text        not null,               -- IANA zone of its houses
  greeting   text        not null default '',    -- what the operator says first
  settings   jsonb       not null default '{}',  -- company.Settings
  is_active  boolean     not null default true,
  created_at timestamptz not null
);

-- owner: account
create table company_users (
  company_id bigint not null references companies (id),
  user_id    bigint not null references users (id),
  role       text   not null check (role in ('admin', 'manager', 'foreman', 'executor', 'contractor', 'readonly')),
  member_id  bigint,                             -- the staff member this user is, for "only mine"
  primary key (company_id, user_id)
);

-- owner: account
create table operator_companies (
  user_id    bigint not null references users (id),
  company_id bigint not null references companies (id),
  primary key (user_id, company_id)
);

-- owner: company
create table trunks (
  id            bigint generated always as identity primary key,
  name          text    not null,
  carrier       text    not null,                -- two lines of a company at one carrier are flagged (T2)
  host          text    not null,
  port          int     not null default 5060,
  transport     text    not null default 'udp' check (transport in ('udp', 'tcp')),
  registers     boolean not null default true,   -- we register with digest; otherwise trusted by address
  auth_user     text    not null default '',
  auth_password text    not null default '',
  addresses     text[]  not null default '{}',   -- addresses its packets come from, IP or CIDR
  channels      int     not null default 30,
  priority      int     not null default 0,      -- lower is tried first for outbound calls
  is_active     boolean not null default true
);

-- owner: company
create table lines (
  id         bigint generated always as identity primary key,
  company_id bigint references companies (id),   -- null: the city's common number
  city_id    bigint not null references cities (id),
  kind       text   not null check (kind in ('dedicated', 'citywide')),
  phone      text   not null unique,             -- E.164, the number called
  trunk_id   bigint not null references trunks (id),
  greeting   text   not null,                    -- spoken to the caller; may be replaced by a file
  greeting_file text not null default '',        -- blob key of an uploaded announcement, wins over the text
  is_active  boolean not null default true,
  check ((kind = 'dedicated') = (company_id is not null))
);

-- owner: building
create table buildings (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  city_id    bigint      not null references cities (id),
  street     text        not null,               -- without "ул.": "Белинского"
  house      text        not null,               -- "86", "12/1", "5 корп. 2"
  zone       text        not null,
  floors     int         not null default 0,
  entrances  int         not null default 0,
  lifts      int         not null default 0,
  built_year int         not null default 0,
  door_codes jsonb       not null default '{}',  -- entrance → code
  passport_office jsonb  not null default '{}',  -- name, address, hours, phone
  info       jsonb       not null default '{}',  -- free attributes, label → text
  notes      text        not null default '',    -- for operators
  search     text        not null,               -- normalised for the search, see building.Normalise
  is_archived boolean    not null default false,
  created_at timestamptz not null,
  unique (company_id, street, house)
);
create index buildings_search on buildings using gin (search gin_trgm_ops);

-- owner: building
create table units (
  id             bigint generated always as identity primary key,
  company_id     bigint  not null references companies (id),
  building_id    bigint  not null references buildings (id),
  number         text    not null,
  entrance       int     not null default 0,
  floor          int     not null default 0,
  is_residential boolean not null default true,
  area_m2        numeric(8, 2),
  unique (building_id, number)
);

-- owner: staff
create table work_types (
  id   bigint generated always as identity primary key,
  name text not null unique                      -- "сантехника"; shared by all companies
);

-- owner: staff
create table members (
  id            bigint generated always as identity primary key,
  company_id    bigint      not null references companies (id),
  name          text        not null,            -- "Гусев П. Н."
  spoken_name   text        not null default '', -- name and patronymic, for words read aloud
  position      text        not null default '',
  is_contractor boolean     not null default false,
  is_on_duty    boolean     not null default true,
  is_archived   boolean     not null default false,
  created_at    timestamptz not null
);
create index members_company on members (company_id);

-- owner: staff
create table member_phones (
  member_id  bigint not null references members (id),
  company_id bigint not null references companies (id),
  position   int    not null,                    -- order of dialling, from 1
  phone      text   not null,                    -- E.164
  primary key (member_id, position)
);
create index member_phones_phone on member_phones (phone);

-- owner: staff
create table member_duties (
  id           bigint generated always as identity primary key,
  company_id   bigint not null references companies (id),
  member_id    bigint not null references members (id),
  role         text   not null check (role in ('executor', 'responsible')),
  work_type_id bigint references work_types (id),  -- null: every kind of work
  building_id  bigint references buildings (id),   -- null: every house
  level        int    not null default 1 check (level between 1 and 9)
);
create index member_duties_company on member_duties (company_id, role, work_type_id);

-- owner: reason
create table reasons (
  id              bigint generated always as identity primary key,
  company_id      bigint  not null references companies (id),
  code            text    not null,              -- of the base catalogue ("ВС-01") or the company's own
  category        text    not null,
  name            text    not null,
  kind            text    not null check (kind in ('emergency', 'planned', 'paid', 'consultation')),
  work_type_id    bigint  references work_types (id),
  accept_min      int,                           -- minutes to accept
  localise_min    int,                           -- minutes to localise
  finish_min      int,                           -- minutes to finish
  basis           text    not null default '',   -- law, contract, habit
  reference       text    not null default '',   -- "ПП 416 п. 13"
  supplier_kind   text    not null default '',
  safety          text    not null default '',   -- said before the questions
  questions       jsonb   not null default '[]', -- []reason.Question
  promise         text    not null default '',   -- what is told after saving, with {number} {localise} {finish}
  synonyms        text[]  not null default '{}', -- "топит", "льёт"
  search          text    not null,
  price           text    not null default '',
  is_archived     boolean not null default false,
  version         int     not null default 1,
  unique (company_id, code)
);
create index reasons_search on reasons using gin (search gin_trgm_ops);

-- owner: contact
create table contacts (
  id           bigint generated always as identity primary key,
  company_id   bigint      not null references companies (id),
  phone        text        not null,             -- E.164; there is no column for a name and never will be (K1)
  building_id  bigint      not null references buildings (id),
  unit         text        not null default '',  -- as named by the caller
  source       text        not null check (source in ('call', 'import', 'journal')),
  first_seen_at     timestamptz not null,
  last_confirmed_at timestamptz not null,
  unique (company_id, phone, building_id, unit)
);
create index contacts_phone on contacts (phone, last_confirmed_at desc);

-- ───────────── records ─────────────

-- owner: ticket
create table ticket_counters (
  company_id bigint primary key references companies (id),
  last       bigint not null
);

-- owner: ticket
create table tickets (
  id             bigint generated always as identity primary key,
  company_id     bigint      not null references companies (id),
  number         bigint      not null,           -- said aloud; per company
  kind           text        not null check (kind in ('emergency', 'planned', 'paid')),
  status         text        not null check (status in ('new', 'accepted', 'in_progress', 'postponed', 'done', 'closed', 'cancelled')),
  source         text        not null check (source in ('phone', 'journal', 'app', 'widget', 'bot')),
  building_id    bigint      not null references buildings (id),
  unit           text        not null default '',
  entrance       int         not null default 0,
  floor          int         not null default 0,
  address        text        not null,           -- as it was that day
  zone           text        not null,           -- the house's zone that day
  reason_id      bigint      not null references reasons (id),
  reason_version int         not null,
  reason_name    text        not null,           -- R6: a change of the catalogue never alters requests already made
  work_type_id   bigint      references work_types (id),
  description    text        not null default '',
  answers        jsonb       not null default '[]', -- []{question, answer}
  caller_phone   text        not null default '',
  access_note    text        not null default '',   -- when somebody is at home
  executor_id    bigint      references members (id),
  responsible_id bigint      references members (id),
  postpone_reason text       not null default '',
  postponed_until timestamptz,
  accept_by      timestamptz,
  localise_by    timestamptz,
  due_at         timestamptz,
  handed_over_at timestamptz,                    -- a fact of its own: the ten-minute rule counts to it
  accepted_at    timestamptz,
  done_at        timestamptz,
  closed_at      timestamptz,
  told_caller    text        not null default '',   -- the words read out after saving
  created_by     bigint      references users (id),
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  version        int         not null default 1,
  idempotency_key text,
  unique (company_id, number),
  unique (company_id, idempotency_key)
);
create index tickets_company_created on tickets (company_id, created_at desc, id desc);
create index tickets_open on tickets (company_id, created_at desc, id desc) where status not in ('done', 'closed', 'cancelled');
create index tickets_building on tickets (company_id, building_id, created_at desc, id desc);
create index tickets_executor on tickets (company_id, executor_id, created_at desc, id desc);
create index tickets_responsible on tickets (company_id, responsible_id, created_at desc, id desc);
create index tickets_phone on tickets (caller_phone, created_at desc) where caller_phone <> '';

-- owner: ticket
create table ticket_events (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  ticket_id  bigint      not null references tickets (id),
  at         timestamptz not null,
  kind       text        not null,               -- created, status, comment, executor, call, escalation, handover, contact
  by_user    bigint      references users (id),
  by_system  text        not null default '',    -- named part of the system, when no person did it
  by_name    text        not null default '',
  text       text        not null default '',    -- in words, for the line of time
  data       jsonb       not null default '{}',
  call_id    bigint,
  is_for_resident boolean not null default false
);
create index ticket_events_ticket on ticket_events (ticket_id, id);

-- owner: calllog
create table calls (
  id           bigint generated always as identity primary key,
  key          text        not null unique,      -- the engine's name of the call
  company_id   bigint      references companies (id), -- null: city number, house not yet known
  city_id      bigint      references cities (id),
  direction    text        not null check (direction in ('inbound', 'outbound')),
  purpose      text        not null default '',  -- of an outbound call
  line_id      bigint      references lines (id),
  trunk_id     bigint      references trunks (id),
  phone        text        not null,             -- the other party: E.164, or as given; '' anonymous
  called       text        not null default '',
  order_id     bigint,
  task_id      bigint,
  ticket_id    bigint      references tickets (id),
  operator_id  bigint      references users (id),
  started_at   timestamptz not null,
  queued_at    timestamptz,
  answered_at  timestamptz,
  joined_at    timestamptz,                      -- first word with an operator
  ended_at     timestamptz,
  outcome      text,                             -- telephony.Outcome
  blame        text,                             -- telephony.Blame
  is_cut       boolean     not null default false, -- cut by a failure of ours
  disposition  text        check (disposition in ('ticket', 'linked', 'consultation', 'wrong_number', 'task', 'lost')),
  disposition_reason_id bigint references reasons (id),
  disposition_note text    not null default '',
  node         text        not null default ''
);
create index calls_company on calls (company_id, started_at desc, id desc);
create index calls_ticket on calls (ticket_id);
create index calls_phone on calls (phone, started_at desc);
create index calls_open on calls (node) where ended_at is null;

-- owner: calllog
create table call_events (
  call_id bigint      not null references calls (id),
  seq     int         not null,                  -- numbered per call: the engine reports at least once
  company_id bigint,
  at      timestamptz not null,
  kind    text        not null,
  data    jsonb       not null default '{}',
  primary key (call_id, seq)
);

-- owner: calllog
create table recordings (
  id          bigint generated always as identity primary key,
  call_id     bigint      not null references calls (id),
  company_id  bigint      references companies (id),
  path        text        not null unique,       -- blob key
  started_at  timestamptz not null,
  duration_ms bigint      not null default 0,
  bytes       bigint      not null default 0,
  state       text        not null check (state in ('writing', 'done', 'cut', 'failed')),
  note        text        not null default ''
);
create index recordings_call on recordings (call_id);

-- owner: audit
create table audit_entries (
  id         bigint generated always as identity primary key,
  company_id bigint,
  at         timestamptz not null,
  user_id    bigint,
  actor      text        not null,
  action     text        not null,               -- "recording.play"
  object     text        not null,               -- "call:15"
  data       jsonb       not null default '{}',
  source     text        not null default ''
);
create index audit_company on audit_entries (company_id, at desc);

-- ───────────── telephony ─────────────

-- owner: telephony
create table call_orders (
  id          bigint generated always as identity primary key,
  key         text        not null unique,       -- one order per key: a retried job cannot ring twice
  company_id  bigint      references companies (id),
  line_id     bigint      references lines (id), -- whose number is shown
  phone       text        not null,
  purpose     text        not null,
  ref         text        not null default '',   -- returned untouched in Ended
  plan        jsonb       not null,              -- telephony.Order: ring time, what to do on answer
  state       text        not null default 'placed' check (state in ('placed', 'claimed', 'ended')),
  node        text        not null default '',
  cancel      boolean     not null default false,
  created_at  timestamptz not null,
  claimed_at  timestamptz,
  invited_at  timestamptz,                       -- written before the INVITE leaves (F46)
  ended_at    timestamptz,
  outcome     text,
  blame       text,
  trunk_id    bigint,
  is_possible_repeat boolean not null default false
);
create index call_orders_open on call_orders (created_at) where state <> 'ended';

-- owner: telephony
create table engine_nodes (
  node    text        primary key,
  address text        not null,                  -- HOST:PORT of its door for the web role
  seen_at timestamptz not null,
  floor   jsonb       not null default '{}'      -- telephony.Floor: queue, operators, trunks
);

-- ───────────── the floor ─────────────

-- owner: desk
create table call_tasks (
  id          bigint generated always as identity primary key,
  key         text        not null unique,
  company_id  bigint      references companies (id),
  purpose     text        not null,              -- handover, status_inquiry, feedback, callback, responsible, announcement
  ticket_id   bigint      references tickets (id),
  call_id     bigint,                            -- the lost call it answers
  member_id   bigint      references members (id),
  phones      text[]      not null,
  title       text        not null,              -- the reason of the call in words
  plan        jsonb       not null,              -- desk.DialPlan: dials, spacing, ring time, mode, words
  state       text        not null check (state in ('waiting', 'active', 'done', 'withdrawn')),
  result      text        not null default '',   -- accepted, refused, not_reached, answered, told, wrong_number, withdrawn …
  note        text        not null default '',
  progress    jsonb       not null default '{}', -- desk.Progress: dials so far
  due_at      timestamptz not null,
  promise_at  timestamptz,                       -- shown as a countdown; alarm when past
  next_at     timestamptz,
  mark        int         not null default 0,    -- a wake-up with another mark is stale
  operator_id bigint      references users (id),
  created_at  timestamptz not null,
  finished_at timestamptz
);
create index call_tasks_open on call_tasks (due_at) where state in ('waiting', 'active');
create index call_tasks_ticket on call_tasks (ticket_id);

-- owner: desk
create table drafts (
  user_id    bigint      not null references users (id),
  call_key   text        not null,
  company_id bigint,
  body       jsonb       not null,
  updated_at timestamptz not null,
  primary key (call_key)
);

-- owner: desk
create table operator_states (
  id      bigint generated always as identity primary key,
  user_id bigint      not null references users (id),
  state   text        not null,
  reason  text        not null default '',
  since   timestamptz not null,
  until   timestamptz
);
create index operator_states_user on operator_states (user_id, since desc);

-- ───────────── automation ─────────────

-- owner: escalation
create table escalations (
  ticket_id  bigint      primary key references tickets (id),
  company_id bigint      not null references companies (id),
  plan       jsonb       not null,               -- frozen when the escalation starts (F38)
  state      jsonb       not null,
  stage      text        not null,
  next_at    timestamptz,
  mark       int         not null default 0,     -- a wake-up with another mark is stale
  started_at timestamptz not null,
  finished_at timestamptz
);
create index escalations_running on escalations (next_at) where finished_at is null;

-- owner: followup
create table followups (
  ticket_id  bigint      not null references tickets (id),
  company_id bigint      not null references companies (id),
  kind       text        not null check (kind in ('status_inquiry', 'feedback')),
  round      int         not null default 0,
  next_at    timestamptz,
  mark       int         not null default 0,
  finished_at timestamptz,
  primary key (ticket_id, kind)
);

-- owner: alarm
create table alarms (
  id         bigint generated always as identity primary key,
  code       text        not null,
  subject    text        not null,
  company_id bigint,
  text       text        not null,
  raised_at  timestamptz not null,
  cleared_at timestamptz
);
create unique index alarms_open on alarms (code, subject) where cleared_at is null;

-- ───────────── the fence ─────────────

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[%s]';
begin
  foreach t in array array['buildings', 'units', 'members', 'member_phones', 'member_duties', 'reasons', 'contacts',
      'ticket_counters', 'tickets', 'ticket_events', 'calls', 'call_events', 'recordings', 'audit_entries',
      'call_orders', 'call_tasks', 'drafts', 'escalations', 'followups', 'alarms', 'lines', 'company_users', 'operator_companies'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    -- 0 stands for "no company yet": a call to the city's number whose house is not known
    execute format('create policy desk on %I to d24_desk using (' || team || ')', t, 'coalesce(company_id, 0)');
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;

  execute 'alter table companies enable row level security';
  execute 'alter table companies force row level security';
  execute format('create policy journal on companies to d24_journal using (%s)', replace(own, 'company_id =', 'id ='));
  execute format('create policy desk on companies to d24_desk using (' || team || ')', 'id');
  execute 'create policy system on companies to d24_system using (true)';

  -- rows nobody may rewrite
  revoke update, delete on audit_entries from d24_journal, d24_desk, d24_system;
  revoke update, delete on ticket_events from d24_journal, d24_desk, d24_system;
end $$;
-- +goose StatementEnd

grant select, insert, update on companies to d24_journal, d24_desk, d24_system;
grant select on cities, work_types to d24_journal, d24_desk;
grant all on cities, work_types, trunks, users, sessions, login_attempts, engine_nodes, operator_states to d24_system;
grant select on trunks, engine_nodes, operator_states, users to d24_desk;
grant insert, update on operator_states to d24_desk;
grant select (id, name) on users to d24_journal;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
