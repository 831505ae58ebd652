-- +goose Up
-- Suppliers (РСО): shared over companies, each company with its own contract and
-- houses (RS1).
set local lock_timeout = '3s';

-- owner: supplier
-- Kept by our own people and read by everybody: it has no company.
create table suppliers (
  id          bigint generated always as identity primary key,
  name        text        not null,
  kind        text        not null,                -- of supplier/kinds.csv: "водоканал"
  phones      jsonb       not null default '[]',   -- []supplier.Phone
  hours       text        not null default '',     -- "круглосуточно", "пн–пт 9:00–18:00"
  notes       text        not null default '',
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create unique index suppliers_name on suppliers (kind, lower(name)) where not is_archived;

-- owner: supplier
create table company_suppliers (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  supplier_id bigint      references suppliers (id), -- null: the company's own, with the name and kind here
  name        text        not null default '',
  kind        text        not null default '',
  phones      jsonb       not null default '[]',   -- []supplier.Phone; of a shared one: besides its own
  hours       text        not null default '',
  contract    text        not null default '',     -- number of the contract
  notes       text        not null default '',
  all_houses  boolean     not null default true,
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create index company_suppliers_company on company_suppliers (company_id) where not is_archived;
create unique index company_suppliers_shared on company_suppliers (company_id, supplier_id) where not is_archived;

-- owner: supplier
create table company_supplier_buildings (
  company_id          bigint not null references companies (id),
  company_supplier_id bigint not null references company_suppliers (id),
  building_id         bigint not null references buildings (id),
  primary key (company_supplier_id, building_id)
);

alter table reasons add constraint reasons_supplier foreign key (supplier_id) references company_suppliers (id);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  foreach t in array array['company_suppliers', 'company_supplier_buildings'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd

grant select on suppliers to d24_journal, d24_desk, d24_system;
grant insert, update on suppliers to d24_desk, d24_system; -- platform.operate is asked by the API
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
