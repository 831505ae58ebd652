-- +goose Up
-- How many gaps a company's coverage had when it was last looked at (F36): a number for
-- every screen, without computing the week anew. Code that does not know it goes on as before.
set local lock_timeout = '3s';

-- owner: assignment
create table coverage_counts (
  company_id bigint primary key references companies (id),
  gaps       int         not null,
  looked_at  timestamptz not null
);

-- +goose StatementBegin
do $$
declare
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  alter table coverage_counts enable row level security;
  alter table coverage_counts force row level security;
  execute format('create policy journal on coverage_counts to d24_journal using (%s)', own);
  execute format('create policy desk on coverage_counts to d24_desk using (%s)', team);
  create policy system on coverage_counts to d24_system using (true);
  grant select, insert, update, delete on coverage_counts to d24_journal, d24_desk, d24_system;
end $$;
-- +goose StatementEnd
