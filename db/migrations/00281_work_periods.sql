-- +goose Up
-- Periods of work on a request (J1): each with who and when began and ended it, and why. When an
-- accident was made harmless in fact. And since which version what rights and rules depend on has
-- stood: who saw a later one moves the request though somebody has corrected a word meanwhile (F70).
set local lock_timeout = '3s';

-- owner: ticket
create table ticket_works (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  ticket_id   bigint      not null references tickets (id),
  executor    text        not null default '', -- whose work it was then
  began_at    timestamptz not null,
  began_by    text        not null default '',
  ended_at    timestamptz,
  ended_by    text        not null default '',
  why         text        not null default ''  -- it ended: a break with its reason, put off, done
);
create unique index ticket_works_running on ticket_works (ticket_id) where ended_at is null;
create index ticket_works_ticket on ticket_works (ticket_id, id);

alter table tickets add column localised_at timestamptz;
alter table tickets add column moved_version int not null default 0; -- 0: not known
alter table tickets alter column moved_version set default 1;

-- +goose StatementBegin
create function ticket_moved() returns trigger language plpgsql as $$
begin
  new.moved_version := greatest(new.version, old.version + 1);
  return new;
end $$;
-- +goose StatementEnd
create trigger moved before update of status, executor_id, responsible_id, reason_id, postponed_until, postpone_reason on tickets for each row
  when ((old.status, old.executor_id, old.responsible_id, old.reason_id, old.postponed_until, old.postpone_reason)
    is distinct from (new.status, new.executor_id, new.responsible_id, new.reason_id, new.postponed_until, new.postpone_reason))
  execute function ticket_moved();

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['ticket_works'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
