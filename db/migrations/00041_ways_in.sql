-- +goose Up
-- Ways in: sessions that can be named and ended, known devices, second factors,
-- passkeys, invitations. Only hashes of what opens a door are kept. Nobody but the
-- system reaches these tables: they are asked before any right is known.

alter table sessions add column id bigint generated always as identity;
alter table sessions add column source text not null default ''; -- network address it was opened from
alter table sessions add column way text not null default 'password' check (way in ('password', 'totp', 'recovery', 'passkey', 'invitation'));
create unique index sessions_id on sessions (id);

alter table login_attempts add column what text not null default 'password' check (what in ('password', 'code'));
alter table login_attempts add column device bytea;  -- hash of the known device it came from: its owner is not shut out by strangers (A6)

-- owner: account
create table known_devices (
  token_hash bytea       primary key,            -- SHA-256 of a cookie that outlives sessions
  user_id    bigint      not null references users (id),
  created_at timestamptz not null,
  seen_at    timestamptz not null
);
create index known_devices_user on known_devices (user_id);

-- owner: account
create table user_totp (
  user_id      bigint      primary key references users (id),
  secret       bytea       not null,
  confirmed_at timestamptz,                      -- null: a code was not shown yet, and none is asked
  last_step    bigint      not null default 0,   -- the last 30 s used: a code is good once (RFC 6238, 5.2)
  created_at   timestamptz not null
);

-- owner: account
create table recovery_codes (
  user_id    bigint      not null references users (id),
  code_hash  bytea       not null,
  used_at    timestamptz,
  created_at timestamptz not null,
  primary key (user_id, code_hash)
);

alter table users add column passkey_handle bytea unique; -- by which an authenticator knows the person; random

-- owner: account
create table passkeys (
  id            bigint generated always as identity primary key,
  user_id       bigint      not null references users (id),
  credential_id bytea       not null unique,
  credential    jsonb       not null,            -- public key, counter and flags
  name          text        not null,
  created_at    timestamptz not null,
  used_at       timestamptz
);
create index passkeys_user on passkeys (user_id);

-- owner: account
create table passkey_challenges (
  token_hash bytea       primary key,            -- SHA-256 of what the page gives back
  user_id    bigint      references users (id),  -- null: whoever comes in, or an invited person without a login yet
  purpose    text        not null check (purpose in ('login', 'enrol', 'invitation')),
  data       jsonb       not null,
  expires_at timestamptz not null
);
create index passkey_challenges_expires on passkey_challenges (expires_at);

-- owner: account
create table invitations (
  id          bigint generated always as identity primary key,
  company_id  bigint      references companies (id), -- null: into the dispatch centre
  token_hash  bytea       not null unique,       -- SHA-256 of what the link carries
  name        text        not null,              -- staff name
  kind        text        not null check (kind in ('operator', 'supervisor', 'company', 'admin')),
  role        text        not null default 'readonly' check (role in ('admin', 'manager', 'foreman', 'executor', 'contractor', 'readonly')),
  role_id     bigint      references roles (id),
  member_id   bigint,                            -- the staff member he will be
  grants      jsonb       not null default 'null', -- []account.Grant; null: what the role opens
  team_ids    bigint[]    not null default '{}',
  invited_by  bigint      references users (id),
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  sent        int         not null default 1,    -- how many links were made; only the last one works
  accepted_at timestamptz,
  accepted_by bigint      references users (id),
  revoked_at  timestamptz,
  check ((kind = 'company') = (company_id is not null))
);
create index invitations_open on invitations (company_id, created_at desc) where accepted_at is null and revoked_at is null;

grant all on known_devices, user_totp, recovery_codes, passkeys, passkey_challenges, invitations to d24_system;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
