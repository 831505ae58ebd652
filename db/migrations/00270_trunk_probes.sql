-- +goose Up
-- The synthetic call through a trunk (F9): which number of ours it rings and what it may cost.
set local lock_timeout = '3s';

alter table trunks add column probe_number text not null default '';    -- E.164 of a line; '': none is made
alter table trunks add column probe_every_min int not null default 1;
alter table trunks add column probe_price int not null default 0;       -- of one call, in kopecks
alter table trunks add column probe_budget int not null default 0;      -- of a day, in kopecks
