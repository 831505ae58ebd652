-- +goose Up
-- Two administrators do not overwrite each other's rules of calling.
set local lock_timeout = '3s';
alter table companies add column settings_version int not null default 1;
