-- +goose Up
-- A lost second factor is taken away by two people: one asks, another confirms (F68).
-- Like all ways in, only the system reaches it.

-- owner: account
create table factor_resets (
  id         bigint generated always as identity primary key,
  user_id    bigint      not null references users (id),
  company_id bigint      references companies (id), -- in which it was asked; null: one of our own people
  asked_by   bigint      not null references users (id),
  asked_at   timestamptz not null,
  expires_at timestamptz not null,
  done_by    bigint      references users (id),
  done_at    timestamptz,
  dropped_at timestamptz,                          -- taken back, refused by the person himself, or its asker has no say any more
  seen_at    timestamptz,                          -- the person has read that it was done
  check (done_by is null or done_by <> asked_by and done_by <> user_id and asked_by <> user_id),
  check ((done_by is null) = (done_at is null))
);
create unique index factor_resets_open on factor_resets (user_id) where done_at is null and dropped_at is null;
create index factor_resets_user on factor_resets (user_id, asked_at desc);

grant all on factor_resets to d24_system;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
