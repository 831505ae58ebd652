-- +goose Up
-- What a person has not read yet of what was written about requests (J2). A row of talks is of a
-- request that was written about lately, a row of reads of a person who has looked at it; both go
-- when nothing was written for a month, so they are as large as a month and not as the archive.
set local lock_timeout = '3s';

-- owner: ticket
create table ticket_talks (
  ticket_id  bigint      primary key references tickets (id),
  company_id bigint      not null references companies (id),
  said       int         not null,  -- how many comments there have been since the row is here
  last_at    timestamptz not null
);
create index ticket_talks_company on ticket_talks (company_id, last_at desc);
create index ticket_talks_last on ticket_talks (last_at desc);

-- owner: ticket
create table ticket_reads (
  user_id    bigint not null references users (id),
  ticket_id  bigint not null references ticket_talks (ticket_id) on delete cascade,
  company_id bigint not null references companies (id),
  seen       int    not null,       -- of said; one's own are seen
  primary key (user_id, ticket_id)
);
create index ticket_reads_ticket on ticket_reads (ticket_id);

-- The program of before, which runs beside this one, writes comments too: so they are counted here.
-- +goose StatementBegin
create function ticket_said() returns trigger language plpgsql as $$
begin
  insert into ticket_talks (ticket_id, company_id, said, last_at) values (new.ticket_id, new.company_id, 1, new.at)
    on conflict (ticket_id) do update set said = ticket_talks.said + 1, last_at = greatest(ticket_talks.last_at, excluded.last_at);
  if new.by_user is not null then
    insert into ticket_reads (user_id, ticket_id, company_id, seen) values (new.by_user, new.ticket_id, new.company_id, 1)
      on conflict (user_id, ticket_id) do update set seen = ticket_reads.seen + 1;
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger said after insert on ticket_events for each row when (new.kind = 'comment') execute function ticket_said();

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['ticket_talks', 'ticket_reads'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
