-- +goose NO TRANSACTION
-- +goose Up

-- Which companies need a watch over duties is asked each second.
create index concurrently if not exists member_schedules_company on member_schedules (company_id);
