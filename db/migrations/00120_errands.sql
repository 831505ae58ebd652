-- +goose Up
-- Background work of a company that a person started and watches: changes of many
-- requests, exports.
set local lock_timeout = '3s';

-- owner: errand
create table errands (
  id           bigint generated always as identity primary key,
  company_id   bigint      not null references companies (id),
  user_id      bigint      not null references users (id),    -- who started it: nobody else sees it
  user_name    text        not null,
  kind         text        not null,                          -- change, export, register
  title        text        not null,                          -- in words: «Состояние: выполнена»
  query        text        not null default '',               -- the list it was started from, as in the URL
  spec         jsonb       not null,                          -- what to do, as its kind reads it
  quota        text        not null default '',               -- one at a time of the same quota; '': any number
  total        int         not null default 0,
  done         int         not null default 0,
  refused      int         not null default 0,
  cursor       bigint      not null default 0,                -- the last item that was looked at
  state        text        not null default 'waiting' check (state in ('waiting', 'running', 'stopping', 'stopped', 'done')),
  note         text        not null default '',               -- why it stopped, in words
  failures     int         not null default 0,                -- in a row
  result_key   text        not null default '',               -- of the file it made
  result_name  text        not null default '',
  result_kind  text        not null default '',
  result_bytes bigint      not null default 0,
  expires_at   timestamptz,                                   -- of the file
  created_at   timestamptz not null,
  started_at   timestamptz,
  moved_at     timestamptz not null,                          -- the last sign of life
  finished_at  timestamptz
);
create index errands_user on errands (user_id, id desc);
create index errands_alive on errands (moved_at) where state in ('waiting', 'running', 'stopping');
create index errands_expiring on errands (expires_at) where result_key <> '';
create index errands_created on errands (created_at);
create unique index errands_quota on errands (company_id, quota) where quota <> '' and state in ('waiting', 'running', 'stopping');

-- What a piece of work goes through, frozen when it was started: each thing once, at the
-- version it had then.
-- owner: errand
create table errand_items (
  errand_id  bigint not null references errands (id) on delete cascade,
  company_id bigint not null references companies (id),
  subject_id bigint not null,                                 -- the request
  number     bigint not null,                                 -- as it is said aloud
  version    int    not null,                                 -- as it was at the start
  outcome    text   not null default '' check (outcome in ('', 'changed', 'refused')),
  why        text   not null default '',                      -- of a refusal, in words
  primary key (errand_id, subject_id)
);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['errands', 'errand_items'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
