-- +goose Up
-- Call-backs: how often a person has called meanwhile, whose phone it may be, who was
-- not reached and must stay in sight.
set local lock_timeout = '3s';

alter table call_tasks
  add column repeats       int         not null default 0,    -- calls of the person after the first, while the task was open (F25)
  add column candidates    bigint[]    not null default '{}', -- members who have this phone, to be asked who calls (F27)
  add column is_late       boolean     not null default false, -- the promise was broken (F30)
  add column is_unanswered boolean     not null default false; -- not reached and not seen to yet (F29)
create index call_tasks_member on call_tasks (member_id) where state in ('waiting', 'active');
create index call_tasks_unanswered on call_tasks (finished_at) where is_unanswered;
