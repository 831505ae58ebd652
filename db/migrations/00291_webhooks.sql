-- +goose Up
-- Webhooks: a company's program is told of what happened. A delivery is written in the transaction of what it tells of,
-- so nothing is lost; it is tried for a day.
set local lock_timeout = '3s';

-- owner: webhook
create table webhooks (
  id            bigint generated always as identity primary key,
  company_id    bigint      not null references companies (id),
  by_name       text        not null,                           -- his name then
  user_id       bigint      not null references users (id),     -- who set it up: it tells no more than he may see now
  name          text        not null,
  url           text        not null,
  events        text[]      not null,
  has_phones    boolean     not null default false,             -- residents' numbers are told, if he may see them
  is_on         boolean     not null default true,
  failing_since timestamptz,                                    -- the first failure after the last success
  disabled_at   timestamptz,                                    -- by the program, after days of failures
  created_at    timestamptz not null,
  version       int         not null default 1
);
create unique index webhooks_name on webhooks (company_id, lower(name));

-- owner: webhook
create table webhook_secrets (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  webhook_id bigint      not null references webhooks (id) on delete cascade,
  plain      bytea,                                             -- where there are no keys to seal by
  sealed     bytea,
  created_at timestamptz not null,
  ends_at    timestamptz,                                       -- of one that was replaced: both sign until then
  check (plain is not null or sealed is not null)
);
create index webhook_secrets_webhook on webhook_secrets (webhook_id);

-- owner: webhook
create table webhook_deliveries (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id),
  webhook_id bigint      not null references webhooks (id) on delete cascade,
  event      text        not null,                              -- the same for all who are told, and at every try
  kind       text        not null,
  subject_id bigint      not null,
  facts      jsonb       not null default '{}',
  created_at timestamptz not null,
  until      timestamptz not null,                              -- when it is given up
  state      text        not null default 'waiting' check (state in ('waiting', 'done', 'dead', 'dropped')),
  tries      int         not null default 0,
  next_at    timestamptz,
  tried_at   timestamptz,
  status     int         not null default 0,                    -- of the last answer, 0: none
  note       text        not null default '',                   -- why not, in words
  unique (webhook_id, event)
);
create index webhook_deliveries_log on webhook_deliveries (webhook_id, id desc);
create index webhook_deliveries_old on webhook_deliveries (created_at) where state <> 'waiting';

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['webhooks', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
alter table webhook_secrets enable row level security; -- nobody but the program itself reads them
alter table webhook_secrets force row level security;
create policy system on webhook_secrets to d24_system using (true);
grant all on webhook_secrets to d24_system;
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
