-- +goose Up

-- A long call is recorded in files that follow each other (F19). The version before writes part 1 alone.
alter table recordings add column part int not null default 1 check (part > 0);
