-- +goose Up
-- Only the last changes of a company are asked about: the worker deletes those of long ago.
set local lock_timeout = '3s';
grant delete on staff_changes to d24_system;
