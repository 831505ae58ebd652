-- +goose Up
-- The watchman's heartbeat (R27): when a worker last looked at everything and everything could be looked at.
set local lock_timeout = '3s';

alter table worker_nodes add column watched_at timestamptz;
