-- +goose Up
-- A shift is handed over by one supervisor to the next: what was open, in whose words, who took it.
set local lock_timeout = '3s';

-- owner: shift
create table handovers (
  id            bigint generated always as identity primary key,
  company_ids   bigint[]    not null, -- that the giver served: who takes over serves them all
  given_by      bigint      not null references users (id),
  given_by_name text        not null,
  given_at      timestamptz not null,
  note          text        not null default '',
  taken_by      bigint references users (id),
  taken_by_name text        not null default '',
  taken_at      timestamptz,
  taken_note    text        not null default '',
  withdrawn_at  timestamptz,
  check (taken_at is null or withdrawn_at is null),
  check (taken_by is distinct from given_by)
);
create unique index handovers_waiting on handovers (given_by) where taken_at is null and withdrawn_at is null;
create index handovers_given on handovers (given_at desc, id desc);

-- owner: shift
create table handover_matters ( -- what was open at that moment, in the words of that moment
  handover_id bigint not null references handovers (id) on delete cascade,
  n           int    not null,
  company_id  bigint references companies (id), -- null: of the whole centre
  kind        text   not null check (kind in ('waiting', 'escalation', 'emergency', 'alarm', 'promise', 'task', 'operator')),
  ref         text   not null,
  ticket_id   bigint,
  text        text   not null,
  at          timestamptz,
  primary key (handover_id, n)
);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['handover_matters'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
alter table handovers enable row level security;
alter table handovers force row level security;
create policy desk on handovers to d24_desk using ((select coalesce(nullif(current_setting('app.companies', true), ''), '{}')::bigint[]) @> company_ids);
create policy system on handovers to d24_system using (true);
grant select, insert, update on handovers to d24_desk, d24_system;
grant delete on seat_wishes to d24_desk, d24_system;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
