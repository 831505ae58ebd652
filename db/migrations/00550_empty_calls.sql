-- +goose Up
-- Calls in which nobody spoke have a result of their own (F17): a fax machine, a silent line.
set local lock_timeout = '3s';

alter table calls drop constraint calls_disposition_check;
alter table calls add constraint calls_disposition_check
  check (disposition in ('ticket', 'linked', 'notice', 'consultation', 'wrong_number', 'task', 'lost', 'transferred', 'message', 'fax', 'silence')) not valid;
