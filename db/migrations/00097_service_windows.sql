-- +goose Up
-- The night plan: in a company's own hours its callers ring its own phones (C8).
set local lock_timeout = '3s';

alter table companies add column own_phones text[] not null default '{}'; -- E.164, rung together; none: all calls come to us
alter table companies add column own_from text not null default '08:00';  -- in the house's zone, on working days
alter table companies add column own_to text not null default '17:00';    -- an hour earlier on short days

alter table calls add column service text not null default '' check (service in ('', 'own', 'ours')); -- decided when the call came, never again (F22)
alter table calls add column overflow_at timestamptz;                     -- the company did not answer in its hours (F23)
