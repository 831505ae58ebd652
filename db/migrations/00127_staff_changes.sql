-- +goose Up
-- Whether what decides who is at work has changed since a moment: a process may then keep the
-- people of a company in its memory. Each change adds a row, so nobody waits for anybody; count
-- and last number together tell any two states apart, as numbers never come again.
set local lock_timeout = '3s';

-- owner: staff
create table staff_changes (
  id         bigint generated always as identity primary key,
  company_id bigint not null
);
create index staff_changes_company on staff_changes (company_id, id);
insert into staff_changes (company_id) select id from companies order by id;

-- +goose StatementBegin
create function staff_changed() returns trigger language plpgsql as $$
begin
  insert into staff_changes (company_id) select distinct company_id from changed;
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function staff_zone_changed() returns trigger language plpgsql as $$
begin
  insert into staff_changes (company_id) select distinct id from changed;
  return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  foreach t in array array['staff_changes'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
  foreach t in array array['members', 'member_phones', 'member_channels', 'member_duties', 'member_group_duties', 'work_schedules', 'member_schedules', 'schedule_days',
      'member_leaves', 'calendar_days', 'building_group_members'] loop
    execute format('create trigger staff_added after insert on %I referencing new table as changed for each statement execute function staff_changed()', t);
    execute format('create trigger staff_changed after update on %I referencing new table as changed for each statement execute function staff_changed()', t);
    execute format('create trigger staff_removed after delete on %I referencing old table as changed for each statement execute function staff_changed()', t);
  end loop;
  create trigger staff_added after insert on companies referencing new table as changed for each statement execute function staff_zone_changed();
  create trigger staff_changed after update on companies referencing new table as changed for each statement execute function staff_zone_changed();
end $$;
-- +goose StatementEnd
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
