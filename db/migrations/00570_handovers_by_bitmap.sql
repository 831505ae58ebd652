-- +goose Up
-- The wall of handovers was the only one left that reads the array of a team alone; the array
-- names only companies behind the end of the bitmap now (00540_team_bitmap.sql).
-- +goose StatementBegin
do $do$
begin
  perform set_config('lock_timeout', '3s', true);
  execute 'alter policy desk on handovers using (coalesce((select bool_and(' || desk_wall('coalesce(c, 0)') || ') from unnest(company_ids) c), true))';
end $do$;
-- +goose StatementEnd
