-- +goose Up
-- Recordings in an object storage: since when the file lies there and no more on the disk.
set local lock_timeout = '3s';
alter table recordings add column away_at timestamptz;
create index recordings_here on recordings (id) where away_at is null;
create index recordings_away on recordings (away_at) where away_at is not null;
