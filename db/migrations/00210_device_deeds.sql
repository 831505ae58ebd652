-- +goose Up
-- What was done on a phone, perhaps without a network (J12): each deed once, with its time there and here.
set local lock_timeout = '3s';

-- owner: ticket
create table device_deeds (
  company_id  bigint      not null references companies (id),
  user_id     bigint      not null references users (id),
  ticket_id   bigint      not null references tickets (id),
  key         text        not null,   -- the phone's own name of the deed: sent again it is the same one
  verb        text        not null,
  said_at     timestamptz,            -- by the phone's clock, as it said
  at          timestamptz not null,   -- what we believe of it: said_at within bounds, else received_at
  received_at timestamptz not null,
  primary key (user_id, ticket_id, key)
);
alter table attachments add column taken_at timestamptz; -- when the phone took the photo; null: it did not say

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['device_deeds'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
