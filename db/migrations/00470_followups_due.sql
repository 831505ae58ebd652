-- +goose NO TRANSACTION
-- +goose Up
-- What a person will be asked soon (F45).
create index concurrently if not exists followups_due on followups (company_id, next_at) where kind = 'status_inquiry' and finished_at is null;
