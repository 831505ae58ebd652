-- +goose Up
-- Notices of outages and works (N1, N2, N4): told to callers, shown to operators, joined with calls and requests.

-- owner: notice
create table notices (
  id           bigint generated always as identity primary key,
  company_id   bigint      not null references companies (id),
  number       int         not null,             -- in the company, from 1
  is_company   boolean     not null default false, -- the whole company
  building_ids bigint[]    not null default '{}',
  group_ids    bigint[]    not null default '{}',
  service      text        not null check (service in ('cold_water', 'hot_water', 'heating', 'power', 'gas', 'sewer', 'lift', 'intercom', 'other')),
  reason       text        not null default '',
  text         text        not null,             -- what is said and shown, without the time
  supplier_id  bigint,
  is_voiced    boolean     not null default true, -- callers hear it
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,             -- promised; callers stop hearing it then
  is_prolonged boolean     not null default false,
  closed_as    text        check (closed_as in ('ended', 'cancelled')),
  closed_at    timestamptz,
  version      int         not null default 1,
  created_at   timestamptz not null,
  created_by   text        not null default '',
  unique (company_id, number),
  check (ends_at >= starts_at),
  check ((closed_as is null) = (closed_at is null))
);
create index notices_open on notices (company_id, ends_at) where closed_as is null;
create index notices_company on notices (company_id, starts_at desc, id desc);

-- owner: notice
create table notice_events (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  notice_id  bigint      not null references notices (id),
  at         timestamptz not null,
  actor      text        not null,
  kind       text        not null check (kind in ('made', 'changed', 'prolonged', 'ended', 'cancelled', 'tied')),
  text       text        not null default ''
);
create index notice_events_notice on notice_events (notice_id, id);

-- owner: notice
create table notice_calls (
  notice_id   bigint      not null references notices (id),
  call_id     bigint      not null references calls (id),
  company_id  bigint      not null references companies (id),
  n           int         not null,              -- the caller's number is "number/n"
  is_after    boolean     not null default false, -- after the end: "still no water" (F55)
  at          timestamptz not null,
  primary key (notice_id, call_id),
  unique (notice_id, n)
);

-- owner: notice
create table notice_tickets (
  notice_id  bigint      not null references notices (id),
  ticket_id  bigint      not null references tickets (id),
  company_id bigint      not null references companies (id),
  at         timestamptz not null,
  primary key (notice_id, ticket_id)
);
create index notice_tickets_ticket on notice_tickets (ticket_id);

alter table calls add column notice_id bigint references notices (id);
alter table calls drop constraint calls_disposition_check;
alter table calls add constraint calls_disposition_check check (disposition in ('ticket', 'linked', 'notice', 'consultation', 'wrong_number', 'task', 'lost'));

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['notices', 'notice_events', 'notice_calls', 'notice_tickets'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
