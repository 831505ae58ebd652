-- +goose Up
-- A company's own operator at the desk (C8): one more role of its users.
set local lock_timeout = '3s';

alter table company_users drop constraint company_users_role_check;
alter table company_users add constraint company_users_role_check check (role in ('admin', 'manager', 'foreman', 'executor', 'contractor', 'readonly', 'dispatcher'));
alter table invitations drop constraint invitations_role_check;
alter table invitations add constraint invitations_role_check check (role in ('admin', 'manager', 'foreman', 'executor', 'contractor', 'readonly', 'dispatcher'));
