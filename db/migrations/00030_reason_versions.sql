-- +goose Up
-- The catalogue of reasons is edited: limits with conditions, prices, answers, history
-- (R1–R6). Only added to: code that knows none of it reads the minutes as before.
set local lock_timeout = '3s';

alter table reasons
  add column is_own      boolean not null default false, -- added by the company; its code is not of the base catalogue
  add column answer      text    not null default '',    -- of a consultation: what the operator reads out
  add column prices      jsonb   not null default '[]',  -- []reason.Price
  add column terms       jsonb,                          -- reason.Rules; null: those of the base, or the minutes
  add column supplier_id bigint;                         -- of company_suppliers; null: by kind and house

-- owner: reason
create table reason_versions (
  company_id bigint      not null references companies (id),
  reason_id  bigint      not null references reasons (id),
  version    int         not null,
  at         timestamptz not null,
  by_user    bigint      references users (id),
  by_name    text        not null default '',
  verb       text        not null,                       -- install, create, change, return, archive, restore
  body       jsonb       not null,                       -- reason.Body
  primary key (reason_id, version)
);

-- R5, R6: what a request was registered with stays with it.
alter table tickets
  add column limits jsonb not null default '[]',         -- []reason.Applied
  add column prices jsonb not null default '[]';         -- []reason.Price

-- +goose StatementBegin
do $$
declare
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  execute 'alter table reason_versions enable row level security';
  execute 'alter table reason_versions force row level security';
  execute format('create policy journal on reason_versions to d24_journal using (%s)', own);
  execute format('create policy desk on reason_versions to d24_desk using (%s)', team);
  execute 'create policy system on reason_versions to d24_system using (true)';
  execute 'grant select, insert, update, delete on reason_versions to d24_journal, d24_desk, d24_system';
end $$;
-- +goose StatementEnd
