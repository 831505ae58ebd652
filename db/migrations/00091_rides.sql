-- +goose Up
-- Several requests for one person in one call (F44, F45, F50), and calls to suppliers (RS3).
set local lock_timeout = '3s';

alter table call_tasks
  add column ride_key           text   not null default '', -- the order of another task in whose call this one is spoken of
  add column supplier_ticket_id bigint; -- of supplier_tickets
create index call_tasks_ride on call_tasks (ride_key) where ride_key <> '';
create index call_tasks_phones on call_tasks using gin (phones) where state in ('waiting', 'active');
create index call_tasks_supplier on call_tasks (supplier_ticket_id) where supplier_ticket_id is not null;
