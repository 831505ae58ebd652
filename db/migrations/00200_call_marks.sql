-- +goose Up
-- The journal of calls (L1-L3): the place a caller named, and the company's marks on the work of our operators (L2).
set local lock_timeout = '3s';

alter table calls add column building_id bigint references buildings (id); -- named by the caller; of a call with a request its request says it
alter table calls add column address     text not null default '';        -- as it was then
alter table calls add column unit        text not null default '';
create index calls_building on calls (building_id, started_at desc, id desc) where building_id is not null;
create index calls_started on calls (started_at desc, id desc);            -- the journal of who serves several companies
create index calls_operator on calls (operator_id, started_at desc, id desc) where operator_id is not null;

-- owner: calllog
create table call_marks (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id), -- the call's, which cannot change any more (F75)
  call_id     bigint      not null unique references calls (id),
  operator_id bigint      not null references users (id),     -- who spoke then
  mark        int         not null check (mark between 1 and 5),
  comment     text        not null default '',
  by_id       bigint      not null references users (id),
  by_name     text        not null,
  at          timestamptz not null,
  status      text        not null check (status in ('noted', 'open', 'answered')), -- open: a case to look into
  appeal      text        not null default '',                -- the operator's words
  appealed_at timestamptz,
  finding     text        check (finding in ('upheld', 'dismissed')),
  answer      text        not null default '',                -- to the company
  answered_by_id bigint   references users (id),
  answered_by text        not null default '',
  answered_at timestamptz,
  version     int         not null default 1,
  check ((status = 'answered') = (finding is not null))
);
create index call_marks_company on call_marks (company_id, at desc);
create index call_marks_open on call_marks (company_id) where status = 'open';
create index call_marks_operator on call_marks (operator_id, at desc);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['call_marks'] loop
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
