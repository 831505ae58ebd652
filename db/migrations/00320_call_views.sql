-- +goose Up
-- Kept lists of calls beside those of requests (L1). The previous version goes on with lists of requests.
set local lock_timeout = '3s';

alter table ticket_views add column list text not null default 'tickets' check (list in ('tickets', 'calls')); -- of what it is a list
create unique index ticket_views_list_name on ticket_views (company_id, user_id, list, lower(name));
drop index ticket_views_name;
