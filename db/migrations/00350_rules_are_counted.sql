-- +goose Up
-- The rules of routing are counted as people are: a process may then keep them in its memory.
set local lock_timeout = '3s';

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['assignment_rules', 'assignment_executors'] loop
    execute format('create trigger staff_added after insert on %I referencing new table as changed for each statement execute function staff_changed()', t);
    execute format('create trigger staff_changed after update on %I referencing new table as changed for each statement execute function staff_changed()', t);
    execute format('create trigger staff_removed after delete on %I referencing old table as changed for each statement execute function staff_changed()', t);
  end loop;
end $$;
-- +goose StatementEnd
insert into staff_changes (company_id) select id from companies order by id; -- what was kept before is asked anew
