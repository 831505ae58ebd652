-- +goose Up
-- What callers hear besides a person: by day, by night, on holidays, out of hours, on hold, and how words are pronounced (T5).
-- Every save is a row: the highest version is in force, the others are there to go back to.
-- owner: announcement
create table announcements (
  id         bigint generated always as identity primary key,
  company_id bigint      references companies (id), -- null: the platform's, for every company without its own
  line_id    bigint      references lines (id),     -- of the greeting by day: each number has its own
  kind       text        not null check (kind in ('night', 'day', 'holiday', 'closed', 'hold', 'recording', 'moved')),
  version    int         not null,
  text       text        not null default '',       -- with {variables}
  sound      text        not null default '',       -- file of a recorded phrase
  sound_ms   bigint      not null default 0,
  is_sound   boolean     not null default false,    -- the phrase sounds, not the text
  is_off     boolean     not null default false,    -- given back: the platform's sounds, or nothing
  made_at    timestamptz not null,
  made_by    text        not null default '',
  unique nulls not distinct (company_id, line_id, kind, version),
  check ((kind = 'day') = (line_id is not null)),
  check (not is_sound or sound <> '')
);

-- owner: announcement
create table pronunciations (
  id         bigint generated always as identity primary key,
  company_id bigint references companies (id),      -- null: the platform's
  word       text   not null,
  say        text   not null
);
create unique index pronunciations_word on pronunciations (company_id, lower(word)) nulls not distinct;

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['announcements', 'pronunciations'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy shared on %I for select to d24_journal using (company_id is null and (select nullif(nullif(current_setting(''app.company_id'', true), ''''), ''0'')) is not null and %s)', t,
      case t when 'announcements' then 'line_id is null' else 'true' end); -- a company sees what it inherits
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
