-- +goose Up
-- Words to people's own devices over Web Push: the keys that sign us, the devices, what each person wishes to hear.
set local lock_timeout = '3s';

-- owner: notify
create table notify_keys (
  id         int primary key check (id = 1),
  public     text        not null,                 -- told to browsers
  plain      bytea,                                -- the private one, where there are no keys to seal by
  sealed     bytea,
  created_at timestamptz not null,
  check (plain is not null or sealed is not null)
);
grant all on notify_keys to d24_system;            -- nobody but the program itself

-- owner: notify
create table notify_devices (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  user_id    bigint      not null references users (id),
  endpoint   text        not null,                 -- where its push service is
  p256dh     text        not null,
  auth       text        not null,
  name       text        not null,                 -- what the browser calls itself
  created_at timestamptz not null,
  heard_at   timestamptz,                          -- the last word that was taken
  unique (endpoint, company_id)
);
create index notify_devices_user on notify_devices (company_id, user_id);

-- owner: notify
create table notify_wishes (
  company_id bigint  not null references companies (id),
  user_id    bigint  not null references users (id),
  kinds      text[]  not null,
  quiet_from int     not null default 0 check (quiet_from between 0 and 1439), -- minutes of the company's day; equal: no quiet hours
  quiet_to   int     not null default 0 check (quiet_to between 0 and 1439),
  breaks     boolean not null default true,        -- emergencies are told in quiet hours too
  version    int     not null default 1,
  primary key (company_id, user_id)
);

-- What was told of a deadline is told once.
-- owner: notify
create table notify_told (
  company_id bigint      not null references companies (id),
  key        text        not null,
  at         timestamptz not null,
  primary key (company_id, key)
);
create index notify_told_at on notify_told (at);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['notify_devices', 'notify_wishes', 'notify_told'] loop
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
