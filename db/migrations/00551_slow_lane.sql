-- +goose Up
-- Numbers from which nobody speaks again and again wait longer than others (F17): for so long as
-- there are so many such calls, and until a supervisor takes the mark off.
set local lock_timeout = '3s';

-- owner: shift
alter table queue_settings add column slow_calls int not null default 3 check (slow_calls between 0 and 20);    -- so many make the mark; 0: it is never made
alter table queue_settings add column slow_hours int not null default 24 check (slow_hours between 1 and 168);  -- within so long

alter table calls drop constraint calls_disposition_check;
alter table calls add constraint calls_disposition_check -- prank: a robot, a child, as the operator says
  check (disposition in ('ticket', 'linked', 'notice', 'consultation', 'wrong_number', 'task', 'lost', 'transferred', 'message', 'fax', 'silence', 'prank')) not valid;

-- owner: calllog
create table slow_lifts (
  id         bigint generated always as identity primary key,
  company_id bigint      references companies (id), -- whom the number called; null: a city's number
  phone      text        not null,
  at         timestamptz not null,                  -- calls before it do not count any more
  by_name    text        not null
);
create unique index slow_lifts_number on slow_lifts (coalesce(company_id, 0), phone);

-- +goose StatementBegin
do $$
begin
  alter table slow_lifts enable row level security;
  alter table slow_lifts force row level security;
  create policy journal on slow_lifts to d24_journal using (company_id = (select nullif(current_setting('app.company_id', true), '')::bigint));
  execute format('create policy desk on slow_lifts to d24_desk using (%s)', desk_wall('coalesce(company_id, 0)'));
  create policy system on slow_lifts to d24_system using (true);
end $$;
-- +goose StatementEnd
grant select, insert, update, delete on slow_lifts to d24_journal, d24_desk, d24_system;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
