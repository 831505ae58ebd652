-- +goose Up
-- Trunks are set up on a screen: their limits, codecs and the numbers they let through.
set local lock_timeout = '3s';

alter table trunks add column calls_per_second int not null default 0;               -- begun by us; 0: no limit
alter table trunks add column codecs text[] not null default '{pcma,pcmu}';           -- offered, the best first
alter table trunks add column caller_ids text[] not null default '{}';               -- E.164 of other trunks that may be shown as well (F83)
alter table trunks add column version int not null default 1;
