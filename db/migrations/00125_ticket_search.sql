-- +goose Up
-- The text of requests, searched by words, their forms and fragments. What was registered before
-- (or by an older program beside this one) is read in by a job: nothing here walks the requests.
set local lock_timeout = '3s';

-- owner: ticket
create table ticket_search (
  ticket_id  bigint   primary key references tickets (id),
  company_id bigint   not null,
  doc        tsvector not null,  -- its words as they stand, and c:company, n:number, p:end of the caller's phone
  body       text     not null   -- folded: lower case, е for ё, one space between words
);
-- each row at once: a list of what is pending would have to be read by every search
create index ticket_search_doc on ticket_search using gin (doc) with (fastupdate = off);

-- What the forms of a word have in common. Snowball leaves "батаре" of «батарея» and "батар" of
-- «батареи»: a vowel left at the end goes too.
create function word_stem(w text) returns text language sql immutable parallel safe as $$
  select case when length(x) >= 3 then x else s end
  from (select coalesce((ts_lexize('russian_stem', w))[1], w)) a (s), lateral (select regexp_replace(s, '[аеиоуыэюяьй]+$', '')) b (x)
$$;

-- Which words there are, of all companies together; a fragment or a form is looked up here first.
-- Twice the same word does no harm: nobody waits for anybody at writing.
-- owner: ticket
create table ticket_words (
  word text collate "C" not null,
  stem text collate "C" not null
);
create index ticket_words_word on ticket_words (word);
create index ticket_words_stem on ticket_words (stem);
create index ticket_words_part on ticket_words using gin (word gin_trgm_ops);

-- How far the requests made before have been read in.
-- owner: ticket
create table ticket_search_state (
  id      int    primary key default 1 check (id = 1),
  done_to bigint not null
);
insert into ticket_search_state (done_to) values (0);

-- +goose StatementBegin
do $$
declare
  t text;
  own constant text := 'company_id = (select nullif(current_setting(''app.company_id'', true), '''')::bigint)';
  team constant text := '(select coalesce(nullif(current_setting(''app.companies'', true), ''''), ''{}'')::bigint[]) @> array[coalesce(company_id, 0)]';
begin
  foreach t in array array['ticket_search'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy journal on %I to d24_journal using (%s)', t, own);
    execute format('create policy desk on %I to d24_desk using (%s)', t, team);
    execute format('create policy system on %I to d24_system using (true)', t);
    execute format('grant select, insert, update, delete on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
end $$;
-- +goose StatementEnd
grant select, insert on ticket_words to d24_system;
grant select, update on ticket_search_state to d24_system;
