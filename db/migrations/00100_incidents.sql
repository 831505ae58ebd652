-- +goose Up
-- What the shift supervisor has to look into: callers answered later than the law's five
-- minutes, and spoken messages of callers nobody can call back (F6).
set local lock_timeout = '3s';

alter table calls add column has_message boolean not null default false; -- the caller spoke one while nobody was free
create index calls_waiting on calls (started_at) where direction = 'inbound' and joined_at is null and ended_at is null;

-- owner: shift
create table incidents (
  id         bigint generated always as identity primary key,
  company_id bigint      references companies (id), -- null: a city's number
  kind       text        not null check (kind in ('late_answer', 'message')),
  call_id    bigint      not null references calls (id),
  at         timestamptz not null,
  looked_at  timestamptz,
  looked_by  text        not null default '',       -- who looked into it
  note       text        not null default '',       -- and what he found
  unique (kind, call_id)
);
create index incidents_open on incidents (at) where looked_at is null;
create index incidents_looked on incidents (looked_at desc) where looked_at is not null;

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['incidents'] loop
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
