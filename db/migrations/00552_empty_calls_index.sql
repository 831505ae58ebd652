-- +goose NO TRANSACTION
-- +goose Up
-- The phone engine asks every second whose calls were empty of late.
create index concurrently if not exists calls_empty on calls (started_at) where disposition in ('fax', 'silence', 'prank');
