-- +goose Up

-- What an operator and a competent person say while the caller hears music is a recording of its own in the same call (SR2, T6).
-- talk 0 is the call's line, as the version before writes alone; with_name is whom he consulted.
alter table recordings add column talk int not null default 0 check (talk >= 0);
alter table recordings add column with_name text not null default '';
