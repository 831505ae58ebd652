-- +goose Up
-- Files that belong to something: a house, a request. The bytes are in the storage of
-- files under the keys; a row is written when they are safe there.

-- owner: attachment
create table attachments (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  subject     text        not null check (subject in ('building', 'ticket')),  -- what it belongs to
  subject_id  bigint      not null,
  kind        text        not null,                                -- media type, by the content
  name        text        not null,                                -- as its owner called it, made harmless
  caption     text        not null default '',
  bytes       bigint      not null check (bytes > 0),
  sha256      bytea       not null,
  width       int         not null default 0,                      -- pixels as it is seen; 0: not a picture
  height      int         not null default 0,
  file_key    text        not null unique,
  thumb_key   text        not null default '',                     -- '': no small picture
  by_user     bigint,
  by_name     text        not null,
  created_at  timestamptz not null,
  deleted_at  timestamptz,                                         -- kept for a time, then removed with its file
  version     int         not null default 1
);
create index attachments_subject on attachments (subject, subject_id, id);
-- the same file twice is one file: a double click, an upload sent again
create unique index attachments_once on attachments (subject, subject_id, sha256) where deleted_at is null;
create index attachments_thumb on attachments (thumb_key) where thumb_key <> '';
create index attachments_deleted on attachments (deleted_at) where deleted_at is not null;

alter table attachments enable row level security;
alter table attachments force row level security;
create policy journal on attachments to d24_journal using (company_id = (select nullif(current_setting('app.company_id', true), '')::bigint));
create policy desk on attachments to d24_desk using ((select coalesce(nullif(current_setting('app.companies', true), ''), '{}')::bigint[]) @> array[coalesce(company_id, 0)]);
create policy system on attachments to d24_system using (true);
grant select, insert, update, delete on attachments to d24_journal, d24_desk, d24_system;
