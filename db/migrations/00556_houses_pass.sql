-- +goose Up
-- A house passes from company to company at 00:00 of a day in its zone (F15). Both have a house of their own, which they serve up to that instant and from it.
set local lock_timeout = '3s';

alter table buildings
  add column served_from  timestamptz,  -- it comes from another company at that instant; null: it did not
  add column served_until timestamptz;  -- it goes to another company at that instant; null: it does not

-- owner: passage
create table building_passages (
  id             bigint generated always as identity primary key,
  company_id     bigint      not null references companies (id),  -- that gives the house
  building_id    bigint      not null references buildings (id),  -- as it has it
  to_company_id  bigint      not null references companies (id),
  to_building_id bigint      references buildings (id) on delete set null, -- null: the order was withdrawn, and nothing of it is left
  is_new         boolean     not null,                            -- they had no such house before
  at             timestamptz not null,                            -- 00:00 of the day in the house's zone
  with_contacts  boolean     not null,
  note           text        not null default '',                 -- of our people: the decision it rests on
  ordered_at     timestamptz not null,
  ordered_by     text        not null,
  withdrawn_at   timestamptz,
  withdrawn_by   text        not null default '',
  done_at        timestamptz,
  contacts       int         not null default 0,                  -- carried over
  open_tickets   int         not null default 0                   -- left to who gives the house
);
-- a house is on one way at a time
create unique index building_passages_ordered on building_passages (building_id) where withdrawn_at is null and done_at is null;
create index building_passages_house on building_passages (building_id, id desc);

-- +goose StatementBegin
do $$
begin
  -- both companies are in a row, so neither sees it: each is told by its own house
  execute 'alter table building_passages enable row level security';
  execute 'alter table building_passages force row level security';
  execute 'create policy system on building_passages to d24_system using (true)';
  execute 'grant select, insert, update on building_passages to d24_system';
end $$;
-- +goose StatementEnd
