-- +goose NO TRANSACTION
-- +goose Up
-- What belongs to one person, to one call, to one company is found without reading everybody's.
create index concurrently if not exists member_duties_member on member_duties (member_id);
create index concurrently if not exists member_leaves_member on member_leaves (member_id);
create index concurrently if not exists operator_companies_company on operator_companies (company_id);
create index concurrently if not exists lines_company on lines (company_id);
create index concurrently if not exists notice_calls_call on notice_calls (call_id);
