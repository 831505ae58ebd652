-- +goose NO TRANSACTION
-- +goose Up
-- The requests put off, by the hour they come back; built beside the work.
create index concurrently if not exists tickets_postponed on tickets (postponed_until) where status = 'postponed';
