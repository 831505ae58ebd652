-- +goose Up
-- Trunks over TLS, with sealed sound (SRTP), and how their provider proves himself.
set local lock_timeout = '3s';

alter table trunks drop constraint trunks_transport_check;
alter table trunks add constraint trunks_transport_check check (transport in ('udp', 'tcp', 'tls'));
alter table trunks add column srtp text not null default 'off' check (srtp in ('off', 'optional', 'required'));
alter table trunks add column tls_ca text not null default '';   -- PEM of the authority that signs for him; '': the system's
alter table trunks add column tls_pin text not null default '';  -- SHA-256 of his public key in hex, instead of an authority
