-- +goose Up
-- An employee is connected with the resident of a request through the centre (J12). How far it is,
-- the order and the call know; here is who asked for it, once per name that his device gave it.
set local lock_timeout = '3s';

-- owner: connection
create table connections (
  id           bigint generated always as identity primary key,
  company_id   bigint      not null references companies (id),
  ticket_id    bigint      not null references tickets (id),
  user_id      bigint      not null references users (id),
  name         text        not null,             -- of the employee, as it was then
  key          text        not null,             -- the device's name of it: pressed twice it is one call
  asked_at     timestamptz not null,
  withdrawn_at timestamptz,                      -- by himself
  unique (user_id, key)
);
create index connections_ticket on connections (ticket_id, id);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['connections'] loop
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
