-- +goose Up
-- Rules by which requests find their people (R4). Only added to: without rules, and for
-- code that knows none of them, the duties on people's cards decide as before.
set local lock_timeout = '3s';

-- owner: assignment
create table assignment_rules (
  id             bigint generated always as identity primary key,
  company_id     bigint      not null references companies (id),
  reason_id      bigint      references reasons (id),    -- at most one of the two; neither: any reason
  work_type_id   bigint      references work_types (id),
  building_id    bigint      references buildings (id),  -- at most one of the two; neither: any house
  group_id       bigint,                                 -- of houses
  hours          text        not null check (hours in ('any', 'working', 'off', 'windows')),
  windows        jsonb       not null default '[]',      -- []staff.PhoneHours in the house's zone
  responsible_id bigint      references members (id),
  supplier_id    bigint,
  note           text        not null default '',
  is_archived    boolean     not null default false,
  version        int         not null default 1,
  created_at     timestamptz not null,
  check (num_nonnulls(reason_id, work_type_id) <= 1),
  check (num_nonnulls(building_id, group_id) <= 1),
  check ((hours = 'windows') = (jsonb_array_length(windows) > 0))
);
create index assignment_rules_company on assignment_rules (company_id) where not is_archived;

-- owner: assignment
create table assignment_executors (
  company_id bigint not null references companies (id),
  rule_id    bigint not null references assignment_rules (id),
  level      int    not null check (level between 1 and 9),
  position   int    not null,                            -- order of asking on the level, from 1
  member_id  bigint not null references members (id),
  primary key (rule_id, member_id),
  unique (rule_id, level, position)
);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  foreach t in array array['assignment_rules', 'assignment_executors'] loop
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
