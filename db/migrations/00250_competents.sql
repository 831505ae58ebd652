-- +goose Up
-- The secretary (SR2): to whom of a company a caller is transferred, by subject and hours.
set local lock_timeout = '3s';

-- owner: secretary
create table competents (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  member_id   bigint      references members (id),       -- one of the staff: his leave, his shifts and his phones count
  name        text        not null,
  position    text        not null default '',
  subject     text        not null,                      -- what callers are transferred to him for, in words
  reason_ids  bigint[]    not null default '{}',         -- of the company's reasons; none: by his subject alone
  phones      text[]      not null default '{}',         -- E.164, rung in this order; none: those of the staff's card
  hours       jsonb       not null default '[]',         -- [{days, from, to}]; none: his shifts, or any hour
  by_calendar boolean     not null default true,         -- of the hours: holidays off, short days an hour shorter
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create index competents_company on competents (company_id) where not is_archived;

-- owner: secretary
create table secretary_settings (
  company_id bigint  primary key references companies (id),
  at_once    boolean not null default false, -- a caller may be transferred without a word to the person first (F20)
  version    int     not null default 1
);

-- A transfer and a message taken are results of a call (C4).
alter table calls drop constraint calls_disposition_check;
alter table calls add constraint calls_disposition_check
  check (disposition in ('ticket', 'linked', 'notice', 'consultation', 'wrong_number', 'task', 'lost', 'transferred', 'message')) not valid;

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['competents', 'secretary_settings'] loop
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
