-- +goose Up
-- Bounds of what a company may call (S9), and old numbers that only say the new one (T3).
set local lock_timeout = '3s';

alter table companies add column out_concurrent int not null default 50;      -- orders that ring or talk at once
alter table companies add column out_hourly int not null default 1500;        -- begun in any hour
alter table companies add column out_minutes int not null default 6000;       -- on the line in any 24 hours
create index call_orders_invited on call_orders (company_id, invited_at) where invited_at is not null;

alter table lines add column moved_to_id bigint references lines (id);        -- an old number: it says this one and hangs up
