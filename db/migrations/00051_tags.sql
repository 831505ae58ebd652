-- +goose Up
-- A company's own lists: labels put on tickets, and reasons for which work is put off.

-- owner: tag
create table tags (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  name        text        not null,
  colour      text        not null check (colour in ('blue', 'violet', 'teal', 'pink', 'brown', 'grey')),
  position    int         not null default 0,
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create unique index tags_name on tags (company_id, lower(name)) where not is_archived;

-- owner: tag
create table postpone_reasons (
  id          bigint generated always as identity primary key,
  company_id  bigint      not null references companies (id),
  name        text        not null,
  colour      text        not null check (colour in ('blue', 'violet', 'teal', 'pink', 'brown', 'grey')),
  position    int         not null default 0,
  is_archived boolean     not null default false,
  version     int         not null default 1,
  created_at  timestamptz not null
);
create unique index postpone_reasons_name on postpone_reasons (company_id, lower(name)) where not is_archived;

-- what companies start with; theirs to change
insert into postpone_reasons (company_id, name, colour, position, created_at)
select c.id, r.name, r.colour, r.position, c.created_at from companies c,
  (values ('Нет доступа в помещение', 'grey', 1), ('Ждём материал', 'brown', 2), ('Нужен подрядчик', 'violet', 3), ('По согласованию с жителем', 'blue', 4), ('Погода', 'teal', 5)) r (name, colour, position);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['tags', 'postpone_reasons'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
