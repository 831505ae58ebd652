-- +goose Up
-- Callers who rang at an operator and were not taken by him: he sees what became of them, and calls back.
set local lock_timeout = '3s';

-- owner: calllog
create table missed_rings (
  call_id     bigint      not null references calls (id),
  seq         int         not null,                       -- of the report
  company_id  bigint      references companies (id),      -- the call's; null: a city's number, the house is not known
  operator_id bigint      not null references users (id),
  at          timestamptz not null,
  why         text        not null,                       -- telephony.Miss
  primary key (call_id, seq)
);
create index missed_rings_operator on missed_rings (operator_id, at desc);

-- +goose StatementBegin
do $$
declare
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  alter table missed_rings enable row level security;
  alter table missed_rings force row level security;
  create policy journal on missed_rings to d24_journal using (company_id = (select nullif(current_setting('app.company_id', true), '')::bigint));
  execute format('create policy desk on missed_rings to d24_desk using (%s)', team);
  create policy system on missed_rings to d24_system using (true);
end $$;
-- +goose StatementEnd
grant select, insert, update, delete on missed_rings to d24_journal, d24_desk, d24_system;
