-- +goose Up
-- Recordings at rest: sealed by a key of their company; the key is sealed by the file of keys (ADR 0005). A key destroyed
-- makes what it sealed unreadable, in copies too.
-- owner: calllog
create table recording_keys (
  id           bigint generated always as identity primary key,
  company_id   bigint      references companies (id), -- null: calls whose company was never known
  sealed       bytea,
  made_at      timestamptz not null,
  destroyed_at timestamptz,
  check ((sealed is null) = (destroyed_at is not null))
);
create index recording_keys_company on recording_keys (company_id, id desc);
alter table recording_keys enable row level security;
alter table recording_keys force row level security;
create policy system on recording_keys to d24_system using (true); -- opened for who may hear the recording, by the system
grant select, insert, update on recording_keys to d24_system;

alter table recordings add column key_id bigint references recording_keys (id);
alter table recordings add column sealed_at timestamptz;
create index recordings_open on recordings (id) where key_id is null;
create index recordings_sealed on recordings (sealed_at) where sealed_at is not null;
grant usage on all sequences in schema public to d24_system;
