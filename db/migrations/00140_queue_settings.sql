-- +goose Up
-- How the queue of callers works, as supervisors set it: it reaches a running phone engine within two seconds.
set local lock_timeout = '3s';

-- owner: account
alter table users add column languages text[] not null default '{}'; -- spoken besides Russian

-- owner: shift
create table queue_settings (
  id           bool primary key default true check (id),
  ring_sec     int   not null default 15 check (ring_sec between 5 and 60),       -- of an operator, until the next one
  wrap_up_sec  int   not null default 30 check (wrap_up_sec between 0 and 600),
  language_sec int   not null default 30 check (language_sec between 0 and 120),  -- a caller is kept for who speaks his language
  surge        int   not null default 5 check (surge between 1 and 100),
  pauses       jsonb not null default '[{"name": "Перерыв", "limit_min": 15}, {"name": "Обед", "limit_min": 45}, {"name": "Технические работы", "limit_min": 0}, {"name": "Обучение", "limit_min": 60}, {"name": "Нет гарнитуры", "limit_min": 15}]',
  version      int   not null default 1
);
insert into queue_settings default values;
grant select, update on queue_settings to d24_desk, d24_system;

-- owner: shift
create table queue_companies (
  company_id  bigint primary key references companies (id),
  weight      int    not null default 1 check (weight between 1 and 10), -- its share in a surge
  wrap_up_sec int    check (wrap_up_sec between 0 and 600),              -- null: as everybody's
  language    text   not null default ''                                 -- of its callers; "" Russian
);

-- owner: shift
create table queue_lines (
  line_id    bigint primary key references lines (id),
  company_id bigint references companies (id), -- null: a city's number
  language   text   not null
);

-- owner: shift
create table seat_wishes ( -- where a supervisor wants an operator; the engine takes each once
  id       bigint generated always as identity primary key,
  user_id  bigint      not null references users (id),
  state    text        not null check (state in ('ready', 'pause', 'off')),
  reason   text        not null default '',
  by_name  text        not null,
  at       timestamptz not null,
  taken_at timestamptz
);
create index seat_wishes_open on seat_wishes (user_id) where taken_at is null;
grant select, insert, update on seat_wishes to d24_desk, d24_system;

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['queue_companies', 'queue_lines'] loop
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
