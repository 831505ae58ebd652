-- +goose Up
-- The audit journal becomes a chain: rows are inserted as before, in whatever
-- transaction they belong to, and one worker seals them afterwards, company by
-- company, each seal over the one before. A row changed, taken out or put in later
-- breaks the chain (d24 audit verify).

-- owner: audit
create table audit_unsealed (
  entry_id   bigint primary key references audit_entries (id),
  company_id bigint
);

-- owner: audit
create table audit_seals (
  entry_id   bigint      primary key references audit_entries (id),
  company_id bigint,                             -- null: our own affairs
  seq        bigint      not null,               -- 1, 2, 3 … of the company's chain
  hash       bytea       not null,               -- SHA-256 over the hash before and the entry, see audit.link
  sealed_at  timestamptz not null
);
create unique index audit_seals_seq on audit_seals (coalesce(company_id, 0), seq);

create index audit_user on audit_entries (company_id, user_id, at desc, id desc);
create index audit_action on audit_entries (company_id, action, at desc, id desc);

insert into audit_unsealed (entry_id, company_id) select id, company_id from audit_entries;

-- The previous version of the program writes entries too, so it is the table that
-- hands them over, not the program.
-- +goose StatementBegin
create function audit_hand_over() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (entry_id, company_id) values (new.id, new.company_id);
  return null;
end $$;
-- +goose StatementEnd
create trigger audit_entries_hand_over after insert on audit_entries for each row execute function audit_hand_over();

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['audit_unsealed', 'audit_seals'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

grant select on audit_seals to d24_journal, d24_desk;
grant select, insert on audit_seals to d24_system;
grant select, insert on audit_unsealed to d24_journal, d24_desk, d24_system; -- whoever writes an entry hands it over
grant select, delete on audit_unsealed to d24_system;
