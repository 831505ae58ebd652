-- +goose NO TRANSACTION
-- +goose Up
-- Indexes of the lists people open most. Built beside the work: requests are made and changed
-- meanwhile (docs/operations.md says how long it takes, and what to do when it was broken off).

create index concurrently if not exists tickets_new on tickets (company_id, created_at desc, id desc) where status = 'new';
create index concurrently if not exists tickets_open_due on tickets (company_id, coalesce(due_at, timestamptz '9999-12-31 00:00:00+00'), id)
  where status not in ('done', 'closed', 'cancelled');
create index concurrently if not exists tickets_reason on tickets (company_id, reason_id, created_at desc, id desc);
