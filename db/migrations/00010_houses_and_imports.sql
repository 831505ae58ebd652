-- +goose Up
-- Houses whole, groups of houses, contacts whole, tables handed in (H1–H4, K1–K3). Only
-- added to: code that knows none of it sees houses and contacts as before.
set local lock_timeout = '3s';

alter table buildings
  add column region      text    not null default '',
  add column postcode    text    not null default '',
  add column fias_id     uuid,                        -- houseguid of ФИАС/ГАР: joins a house to ГИС ЖКХ
  add column lat         double precision,
  add column lon         double precision,
  add column area_total  numeric(10, 2),              -- m², null: not known; so the next three
  add column area_residential     numeric(10, 2),
  add column area_non_residential numeric(10, 2),
  add column area_common numeric(10, 2),
  add column technical   jsonb   not null default '{}', -- building.Technical
  add column origin      text    not null default '' check (origin in ('', 'osm', 'registry')), -- whose data: osm must be credited
  add column version     int     not null default 1,
  add column archived_at timestamptz;

-- the same street and house may stand in two cities of one company
alter table buildings drop constraint buildings_company_id_street_house_key;
create unique index buildings_address on buildings (company_id, city_id, street, house);

-- owner: building
create table building_groups (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  name       text        not null,
  note       text        not null default '',
  version    int         not null default 1,
  created_at timestamptz not null
);
create unique index building_groups_name on building_groups (company_id, lower(name));

-- owner: building
create table building_group_members (
  company_id  bigint not null references companies (id),
  group_id    bigint not null references building_groups (id) on delete cascade,
  building_id bigint not null references buildings (id),
  primary key (group_id, building_id)
);
create index building_group_members_building on building_group_members (building_id);

-- owner: building
-- Goes up with every change of a company's houses: an index of addresses in memory knows when it is old.
create table building_marks (
  company_id bigint primary key references companies (id),
  mark       bigint not null
);
insert into building_marks (company_id, mark) select distinct company_id, 1 from buildings;

-- +goose StatementBegin
create function buildings_marked() returns trigger language plpgsql as $$
begin
  insert into building_marks (company_id, mark) select distinct company_id, 1 from touched order by 1
    on conflict (company_id) do update set mark = building_marks.mark + 1;
  return null;
end $$;
-- +goose StatementEnd
create trigger buildings_inserted after insert on buildings referencing new table as touched for each statement execute function buildings_marked();
create trigger buildings_updated after update on buildings referencing new table as touched for each statement execute function buildings_marked();
create trigger buildings_deleted after delete on buildings referencing old table as touched for each statement execute function buildings_marked();

alter table contacts
  add column kind          text not null default '' check (kind in ('', 'mobile', 'landline')),
  add column is_consenting boolean,                   -- to messages; null: was not asked
  add column consent_at    timestamptz,
  add column moved_away_at timestamptz,
  add column doubts        int  not null default 0;   -- how often «wrong address» was said since it was confirmed
create index contacts_building on contacts (building_id, unit);
create index contacts_company on contacts (company_id, last_confirmed_at desc, id desc);

-- owner: intake
create table imports (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  kind       text        not null check (kind in ('buildings', 'contacts')),
  file       text        not null default '',         -- its name; the file itself is never kept (K1)
  state      text        not null default 'new' check (state in ('new', 'checked', 'applied', 'dropped')),
  step       text        not null default '',         -- what goes on now: reading, comparing, applying
  done       int         not null default 0,          -- parts of a thousand of the step
  result     jsonb       not null default '{}',       -- intake.Result
  created_by bigint      references users (id),
  created_at timestamptz not null,
  checked_at timestamptz,
  applied_at timestamptz
);
create index imports_company on imports (company_id, kind, created_at desc);

-- owner: intake
create table import_errors (
  company_id bigint not null references companies (id),
  import_id  bigint not null references imports (id),
  line       int    not null,                         -- row of the table, as a table program counts it
  field      text   not null default '',              -- the column's heading
  value      text   not null default '',              -- shortened; of a number only its digits
  message    text   not null
);
create index import_errors_import on import_errors (import_id, line);

-- owner: building
create table building_import_rows (
  company_id  bigint not null references companies (id),
  import_id   bigint not null references imports (id),
  line        int    not null,
  building_id bigint,                                 -- null: a new house
  city_id     bigint not null,
  street      text   not null,
  house       text   not null,
  body        jsonb  not null,                        -- building.Card
  is_changed  boolean not null,
  primary key (import_id, line)
);

-- owner: building
create table building_import_units (
  company_id bigint  not null references companies (id),
  import_id  bigint  not null references imports (id),
  line       int     not null,
  house_line int     not null,                        -- of building_import_rows
  number     text    not null,
  entrance   int,                                     -- null: the table does not say; so the next three
  floor      int,
  is_residential boolean,
  area_m2    numeric(8, 2),
  primary key (import_id, line)
);

-- owner: contact
create table contact_import_rows (
  company_id  bigint  not null references companies (id),
  import_id   bigint  not null references imports (id),
  line        int     not null,
  phone       text    not null,
  building_id bigint  not null,
  unit        text    not null,
  kind        text    not null,
  is_consenting boolean,
  confirmed_at  timestamptz,
  primary key (import_id, line)
);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[company_id]';
begin
  foreach t in array array['building_groups', 'building_group_members', 'building_marks', 'imports', 'import_errors',
      'building_import_rows', 'building_import_units', 'contact_import_rows'] loop
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
