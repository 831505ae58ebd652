-- +goose Up
-- Suppliers' requests (RS2, RS3): the second half of a request whose reason names a supplier.
set local lock_timeout = '3s';

alter table tickets add column supplier_id bigint; -- of company_suppliers: whom the rules named when it was made; its pair must exist (F49)
create index tickets_supplier on tickets (created_at) where supplier_id is not null;

-- owner: ticket
create table supplier_tickets (
  id             bigint generated always as identity primary key,
  company_id     bigint      not null references companies (id),
  ticket_id      bigint      not null unique references tickets (id),
  supplier_id    bigint      not null references company_suppliers (id),
  supplier_name  text        not null,              -- as they were when it was made
  supplier_kind  text        not null,
  status         text        not null check (status in ('new', 'handed_over', 'accepted', 'in_progress', 'done', 'closed', 'cancelled')),
  their_number   text        not null default '',   -- the supplier's own number of it
  handed_to      text        not null default '',   -- who took it there
  news           text        not null default '',   -- what was said last
  handed_over_at timestamptz,
  followup_at    timestamptz,                       -- hour X: when to ask; null: nothing to ask
  accepted_at    timestamptz,
  done_at        timestamptz,
  closed_at      timestamptz,
  version        int         not null default 1,
  created_at     timestamptz not null,
  updated_at     timestamptz not null
);
create index supplier_tickets_company on supplier_tickets (company_id, created_at desc, id desc);
create index supplier_tickets_open on supplier_tickets (company_id, created_at desc, id desc) where status not in ('done', 'closed', 'cancelled');
create index supplier_tickets_followup on supplier_tickets (followup_at) where followup_at is not null;

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['supplier_tickets'] loop
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
