-- +goose Up
-- Tokens of the API: a program of the company's acts with a part of the rights of the administrator who issued its token.
set local lock_timeout = '3s';

-- owner: account
create table api_tokens (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  user_id     bigint      not null references users (id),     -- who issued it: it never can more than he can now
  name        text        not null,
  permissions text[]      not null,
  token_hash  bytea       not null unique,                    -- the token itself is shown once and kept nowhere
  tail        text        not null,                           -- its last four signs, to tell tokens apart
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  seen_at     timestamptz,                                    -- to a minute
  seen_source text        not null default '',                -- network address
  revoked_at  timestamptz,
  revoked_by  text        not null default ''
);
create unique index api_tokens_name on api_tokens (company_id, lower(name)) where revoked_at is null;

alter table errands add column token_id bigint not null default 0; -- of the token by which it was started: only its rights, only it sees it

alter table api_tokens enable row level security; -- nobody but the program itself reads them, as with sessions
alter table api_tokens force row level security;
create policy system on api_tokens to d24_system using (true);
grant all on api_tokens to d24_system;
grant usage on all sequences in schema public to d24_system;
