-- +goose Up
-- Who may do what in a company: roles of its own beside the six of the program, and
-- which requests a user sees. company_users.role keeps telling the previous version
-- the nearest of the six.

-- owner: account
create table roles (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  name        text        not null,              -- "Мастер участка"
  base        text        not null check (base in ('manager', 'foreman', 'executor', 'contractor', 'readonly')), -- the one of the six it is nearest to
  permissions text[]      not null,              -- access.Permission, of access.Tickable
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create unique index roles_name on roles (company_id, lower(name)) where not is_archived;

alter table company_users add column role_id bigint references roles (id);
alter table company_users add column is_blocked boolean not null default false;
-- false: sees what the role opens; true: sees what user_grants say, nothing when there are none
alter table company_users add column has_grants boolean not null default false;
alter table company_users add column added_at timestamptz;

-- owner: account
create table user_grants (
  id            bigint generated always as identity primary key,
  company_id    bigint   not null,
  user_id       bigint   not null,
  kind          text     not null check (kind in ('all', 'part', 'own')), -- own: where he is executor or responsible
  work_type_ids bigint[] not null default '{}',  -- of a part; empty: every kind of work
  building_ids  bigint[] not null default '{}',  -- of a part; with group_ids empty too: every house
  group_ids     bigint[] not null default '{}',  -- houses of these groups besides; no house in them: nothing
  foreign key (company_id, user_id) references company_users (company_id, user_id) on delete cascade
);
create index user_grants_user on user_grants (user_id, company_id);

-- A company always has an administrator who can come in (A2, F68). Whoever takes one
-- away waits here for the other who does the same, and counts again after him.
-- +goose StatementBegin
create function keep_an_admin() returns trigger language plpgsql as $$
declare
  c bigint;
begin
  for c in
    select cu.company_id from company_users cu where tg_table_name = 'users' and cu.user_id = (to_jsonb(old) ->> 'id')::bigint and cu.role = 'admin'
    union all
    select (to_jsonb(old) ->> 'company_id')::bigint where tg_table_name = 'company_users' and to_jsonb(old) ->> 'role' = 'admin'
  loop
    perform pg_advisory_xact_lock(hashtextextended('admins', c));
    if not exists (select from company_users cu join users u on u.id = cu.user_id
        where cu.company_id = c and cu.role = 'admin' and not cu.is_blocked and u.is_active) then
      raise exception 'the last administrator of company % would go', c using errcode = '23514', constraint = 'last_admin';
    end if;
  end loop;
  return null;
end $$;
-- +goose StatementEnd
create constraint trigger last_admin_of_company after update of role, is_blocked or delete on company_users
  for each row execute function keep_an_admin();
create constraint trigger last_admin_of_user after update of is_active on users
  for each row when (old.is_active and not new.is_active) execute function keep_an_admin();

-- +goose StatementBegin
do $$
declare
  t text;
begin
  foreach t in array array['roles', 'user_grants'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint))', t);
    execute format('create policy desk on %I to d24_desk using ((select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)])', t);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
