-- +goose Up

-- Which of several engines takes calls and orders now. One of the version before writes
-- no duty and is at work: hence the default.
alter table engine_nodes add column duty text not null default 'active' check (duty in ('active', 'standby', 'draining'));
-- Since when it has beaten without a gap: who comes back together with the database
-- cannot tell whether the others are dead.
alter table engine_nodes add column present_since timestamptz;
