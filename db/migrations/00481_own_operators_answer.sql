-- +goose Up
-- Who answers in a company's own hours, and how long before the caller is ours (C8, F23). No
-- phones and 'phones': all calls come to us, as the previous version reads it.
set local lock_timeout = '3s';

alter table companies add column own_answers text not null default 'phones' check (own_answers in ('phones', 'operators', 'both'));
alter table companies add column own_overflow_sec int not null default 30 check (own_overflow_sec between 10 and 120);
