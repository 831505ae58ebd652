-- +goose NO TRANSACTION
-- +goose Up
-- What one person answers for and is still open: found without reading what is closed.
create index concurrently if not exists tickets_responsible_open on tickets (company_id, responsible_id, created_at desc, id desc)
  where status not in ('done', 'closed', 'cancelled');
