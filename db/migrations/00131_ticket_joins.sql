-- +goose Up
-- "The same trouble" (J10, F11): callers joined to a request that is there already, each with a number to be told.
set local lock_timeout = '3s';

-- owner: ticket
create table ticket_joins (
  ticket_id       bigint      not null references tickets (id),
  n               int         not null,             -- the caller's number is "number/n"; the first caller is 1, so joins begin at 2
  company_id      bigint      not null references companies (id),
  call_id         bigint      references calls (id),
  unit            text        not null default '',
  phone           text        not null default '',  -- E.164
  by_name         text        not null default '',
  at              timestamptz not null,
  idempotency_key text,
  primary key (ticket_id, n),
  unique (ticket_id, call_id),
  unique (company_id, idempotency_key)
);
-- what of one house and one reason is still owed
create index tickets_house_reason on tickets (building_id, reason_id, created_at desc) where status not in ('done', 'closed', 'cancelled');

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['ticket_joins'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
