-- +goose Up
-- How long recordings are kept, what keeps one longer, what was removed and when, who asked to destroy a company's keys;
-- the picture of a recording, drawn once.
set local lock_timeout = '3s';

-- owner: calllog
create table recording_terms (
  company_id       bigint      primary key references companies (id),
  days             int         not null check (days between 1 and 3650),
  version          int         not null default 1,
  confirmed_before timestamptz -- what began earlier may go at once, however much it is
);

-- owner: calllog
create table recording_holds (
  id         bigint generated always as identity primary key,
  company_id bigint      references companies (id),
  call_id    bigint      references calls (id),
  ticket_id  bigint      references tickets (id), -- all calls of a request
  reason     text        not null,
  set_by     text        not null,
  set_at     timestamptz not null,
  lifted_by  text,
  lifted_at  timestamptz,
  check ((lifted_by is null) = (lifted_at is null))
);
create unique index recording_holds_call on recording_holds (call_id) where lifted_at is null;
create unique index recording_holds_ticket on recording_holds (ticket_id) where lifted_at is null;

-- owner: calllog
create table recording_sweeps (
  id         bigint generated always as identity primary key,
  company_id bigint      references companies (id), -- null: calls whose company was never known
  at         timestamptz not null,
  before     timestamptz not null,                  -- what began earlier had to go
  removed    int         not null,
  bytes      bigint      not null,
  failed     int         not null,                  -- files that could not be removed
  waiting    int         not null                   -- more than may go in a day: a person confirms
);
create index recording_sweeps_company on recording_sweeps (company_id, at desc);

-- owner: calllog
create table recording_peaks (
  recording_id bigint primary key references recordings (id) on delete cascade,
  company_id   bigint references companies (id),
  peer         bytea  not null, -- loudness 0 to 100, one byte each
  ours         bytea  not null,
  duration_ms  bigint not null
);

-- owner: calllog
create table recording_key_ends (
  company_id bigint      primary key references companies (id),
  user_id    bigint      not null references users (id),
  by_name    text        not null,
  at         timestamptz not null
);
alter table recording_key_ends enable row level security;
alter table recording_key_ends force row level security;
create policy system on recording_key_ends to d24_system using (true); -- our own people ask, by their right, past the fence
grant select, insert, update, delete on recording_key_ends to d24_system;

alter table calls add column recording_gone_at timestamptz; -- removed when its term was over
create index recordings_company on recordings (company_id, started_at);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['recording_terms', 'recording_holds', 'recording_sweeps', 'recording_peaks'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
