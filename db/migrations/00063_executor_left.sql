-- +goose Up
-- Who accepted a request and then left (F37): since when somebody else has to be set. Code
-- that does not know the column goes on as before.
set local lock_timeout = '3s';

alter table tickets add column executor_left_at timestamptz;
create index tickets_executor_left on tickets (company_id) where executor_left_at is not null;
