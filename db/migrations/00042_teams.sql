-- +goose Up
-- Our own people by teams. operator_companies stays what the fence reads: the sum of
-- the teams a person is in.

-- owner: account
create table teams (
  id          bigint generated always as identity primary key,
  name        text        not null,
  company_ids bigint[]    not null default '{}',
  city_ids    bigint[]    not null default '{}', -- every company of these cities, those to come too
  skills      text[]      not null default '{}',
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create unique index teams_name on teams (lower(name)) where not is_archived;

-- owner: account
create table team_users (
  team_id bigint not null references teams (id),
  user_id bigint not null references users (id),
  primary key (team_id, user_id)
);
create index team_users_user on team_users (user_id);

alter table users add column skills text[] not null default '{}'; -- besides those of the teams

-- The platform keeps an administrator of its own in the same way.
-- +goose StatementBegin
create function keep_a_platform_admin() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('admins', 0));
  if not exists (select from users where kind = 'admin' and is_active) then
    raise exception 'the last administrator of the platform would go' using errcode = '23514', constraint = 'last_admin';
  end if;
  return null;
end $$;
-- +goose StatementEnd
create constraint trigger last_platform_admin after update of kind, is_active on users
  for each row when (old.kind = 'admin' and old.is_active and (new.kind <> 'admin' or not new.is_active)) execute function keep_a_platform_admin();

grant all on teams, team_users to d24_system;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
