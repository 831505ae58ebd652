-- +goose Up
-- Duties of staff by groups of houses (S4): the houses are those the group has at the moment.
-- A table of its own, so that code that does not know of groups reads no duty for every house
-- out of one for a few, and leaves these alone when it writes a card.
set local lock_timeout = '3s';

-- owner: staff
create table member_group_duties (
  id           bigint primary key default nextval('member_duties_id_seq'), -- one order with the other duties
  company_id   bigint not null references companies (id),
  member_id    bigint not null references members (id),
  role         text   not null check (role in ('executor', 'responsible')),
  work_type_id bigint references work_types (id),  -- null: every kind of work
  group_id     bigint not null,                    -- of houses; one that is gone has none
  level        int    not null default 1 check (level between 1 and 9)
);
create index member_group_duties_member on member_group_duties (member_id);

-- +goose StatementBegin
do $$
declare
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  alter table member_group_duties enable row level security;
  alter table member_group_duties force row level security;
  execute format('create policy journal on member_group_duties to d24_journal using (%s)', own);
  execute format('create policy desk on member_group_duties to d24_desk using (%s)', team);
  create policy system on member_group_duties to d24_system using (true);
  grant select, insert, update, delete on member_group_duties to d24_journal, d24_desk, d24_system;
end $$;
-- +goose StatementEnd

grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
