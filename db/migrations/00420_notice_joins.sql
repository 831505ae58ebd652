-- +goose Up
-- "The same trouble" in the journal (J10): a caller without a call of ours is joined with a notice, and numbered in the same row of numbers.
set local lock_timeout = '3s';

alter table notice_calls drop constraint notice_calls_pkey;
alter table notice_calls
  alter column call_id drop not null,                                -- null: joined in the journal
  add column building_id     bigint references buildings (id),
  add column unit            text   not null default '',
  add column phone           text   not null default '',             -- E.164
  add column by_name         text   not null default '',
  add column idempotency_key text;
create unique index notice_calls_of_call on notice_calls (notice_id, call_id);
create unique index notice_calls_of_key on notice_calls (notice_id, idempotency_key);
