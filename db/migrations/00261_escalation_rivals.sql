-- +goose Up
-- Who took an emergency when another had it already (F35), until an operator says who goes.
set local lock_timeout = '3s';

-- owner: escalation
create table escalation_rivals (
  ticket_id  bigint      not null references tickets (id),
  member_id  bigint      not null references members (id),
  company_id bigint      not null references companies (id),
  at         timestamptz not null,
  settled_at timestamptz,
  settled_by text        not null default '',
  primary key (ticket_id, member_id)
);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  foreach t in array array['escalation_rivals'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
