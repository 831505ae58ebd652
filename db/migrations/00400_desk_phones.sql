-- +goose Up
-- Telephones on operators' desks: by which name they register, and bans of guessers that people have lifted.
set local lock_timeout = '3s';

-- owner: deskphone
create table desk_phones (
  id           bigint generated always as identity primary key,
  user_id      bigint      not null references users (id),  -- the operator whose it is
  name         text        not null unique,                 -- by which it registers; never given out twice
  plain        bytea,                                       -- HA1 of its password, where there are no keys to seal it
  sealed       bytea,
  created_at   timestamptz not null,
  created_by   text        not null,
  reset_at     timestamptz,                                 -- when it was given another password
  withdrawn_at timestamptz,
  check (plain is not null or sealed is not null)
);
create unique index desk_phones_user on desk_phones (user_id) where withdrawn_at is null;

-- owner: deskphone
create table desk_phone_lifts (
  ban       text        primary key,                        -- telephony.FloorBan's name
  lifted_at timestamptz not null,
  lifted_by text        not null
);

alter table desk_phones enable row level security; -- nobody but the program itself reads them
alter table desk_phones force row level security;
create policy system on desk_phones to d24_system using (true);
alter table desk_phone_lifts enable row level security;
alter table desk_phone_lifts force row level security;
create policy system on desk_phone_lifts to d24_system using (true);
grant all on desk_phones, desk_phone_lifts to d24_system;
grant usage on all sequences in schema public to d24_system;
