-- +goose Up
-- Work schedules, leave and ways of reaching people (S1–S3). Only added to: code that
-- knows none of it sees people as before.
set local lock_timeout = '3s';

alter table members
  add column zone        text not null default '',  -- IANA zone; '': the company's
  add column version     int  not null default 1,
  add column archived_at timestamptz;               -- dismissed

alter table member_phones
  add column hours jsonb not null default '[]',      -- []staff.PhoneHours; none: at any hour
  add column note  text  not null default '';

-- owner: staff
create table member_channels (
  id         bigint generated always as identity primary key,
  company_id bigint not null references companies (id),
  member_id  bigint not null references members (id),
  position   int    not null,                        -- order of trying, from 1
  channel    text   not null check (channel in ('call', 'sms', 'push', 'telegram', 'email')),
  address    text   not null default '',             -- of Telegram or e-mail
  kinds      text[] not null default '{}',           -- kinds of requests; none: all
  hours      jsonb  not null default '[]',           -- []staff.PhoneHours; none: at any hour
  unique (member_id, position)
);

-- owner: staff
create table work_schedules (
  id          bigint generated always as identity primary key,
  company_id  bigint  not null references companies (id),
  name        text    not null,                      -- "2/2", "сутки через трое"
  is_cycle    boolean not null default false,        -- false: seven days from Monday
  days        jsonb   not null,                      -- []staff.ShiftDay
  by_calendar boolean not null default false,        -- holidays off, short days an hour shorter
  is_archived boolean not null default false,
  version     int     not null default 1
);
create unique index work_schedules_name on work_schedules (company_id, lower(name)) where not is_archived;

-- owner: staff
create table member_schedules (
  id          bigint generated always as identity primary key,
  company_id  bigint not null references companies (id),
  member_id   bigint not null references members (id),
  schedule_id bigint references work_schedules (id), -- null: none, at work whenever switched on
  starts_on   date   not null,                       -- the latest one before a day rules it
  first_on    date   not null,                       -- the day the cycle begins with
  unique (member_id, starts_on)
);

-- owner: staff
create table schedule_days (
  company_id bigint not null references companies (id),
  member_id  bigint not null references members (id),
  on_day     date   not null,
  code       text   not null check (code in ('day', 'night', 'full', 'office', 'other', 'off')),
  hours      jsonb  not null default '[]',           -- calendar.Hours; none: does not work that day
  primary key (member_id, on_day)
);

-- owner: staff
create table member_leaves (
  id            bigint generated always as identity primary key,
  company_id    bigint      not null references companies (id),
  member_id     bigint      not null references members (id),
  kind          text        not null check (kind in ('vacation', 'sick', 'other')),
  starts_on     date        not null,
  ends_on       date        not null,                -- the last day, in the person's zone
  substitute_id bigint      references members (id), -- stands in his place meanwhile
  note          text        not null default '',
  created_at    timestamptz not null,
  cancelled_at  timestamptz,
  check (ends_on >= starts_on)
);
create index member_leaves_company on member_leaves (company_id, ends_on) where cancelled_at is null;

-- owner: staff
create table calendar_days (
  company_id bigint not null references companies (id),
  on_day     date   not null,
  kind       text   not null check (kind in ('workday', 'short', 'day_off', 'holiday')),
  note       text   not null default '',
  primary key (company_id, on_day)
);

-- owner: staff
-- When somebody of a company comes or leaves next, so that running escalations hear of it at once (F37).
create table duty_watches (
  company_id bigint      primary key references companies (id),
  seen_at    timestamptz not null,                   -- who was at work then is known to all
  next_at    timestamptz,
  mark       int         not null default 0          -- a wake-up with another mark is stale
);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  foreach t in array array['member_channels', 'work_schedules', 'member_schedules', 'schedule_days', 'member_leaves', 'calendar_days', 'duty_watches'] loop
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
