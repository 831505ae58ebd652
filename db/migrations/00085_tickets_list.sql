-- +goose Up
-- The list at full size: labels of requests, a second order of the list, kept views.
set local lock_timeout = '3s';

alter table tickets add column tag_ids bigint[] not null default '{}'; -- of tags, in the order they were put
create index tickets_tags on tickets using gin (tag_ids) where tag_ids <> '{}';
-- by deadline; what has none stands last
create index tickets_company_due on tickets (company_id, coalesce(due_at, timestamptz '9999-12-31 00:00:00+00'), id);

-- owner: ticket
create table ticket_views (
  id         bigint generated always as identity primary key,
  company_id bigint      not null references companies (id), -- of whose requests the view is
  user_id    bigint      not null references users (id),     -- who made it
  name       text        not null,
  query      text        not null,                           -- the list in the URL: view=open&kind=emergency
  columns    text[]      not null default '{}',              -- in their order; empty: the usual ones
  is_shared  boolean     not null default false,             -- seen by everybody who sees the company's journal
  version    int         not null default 1,
  created_at timestamptz not null
);
create unique index ticket_views_name on ticket_views (company_id, user_id, lower(name));

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['ticket_views'] loop
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
