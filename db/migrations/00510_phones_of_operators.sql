-- +goose Up
-- Mobile telephones of those at desks, for the list of a day without telephones (F8); of a
-- company's own operators also what they speak (C8). These are set by the company: the same
-- person may be another's too.
set local lock_timeout = '3s';

alter table users add column phone text not null default '';                 -- E.164; of our own people
alter table company_users add column phone text not null default '';         -- E.164; of a company's own operators
alter table company_users add column languages text[] not null default '{}'; -- spoken besides Russian
