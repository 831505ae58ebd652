-- +goose Up
-- Requests that were in work when periods came (00281) have none that runs: each is given one, from
-- the time of its last change to that state, by the phone's hour where a phone has said it. Those that
-- have had a period since are left as they are: their work is broken off.
set local lock_timeout = '3s';

insert into ticket_works (company_id, ticket_id, executor, began_at, began_by)
select t.company_id, t.id, coalesce(m.name, ''), coalesce((e.data->>'device_at')::timestamptz, e.at, t.accepted_at, t.created_at), coalesce(e.by_name, '')
from tickets t
left join members m on m.id = t.executor_id
left join lateral (select at, by_name, data from ticket_events where ticket_id = t.id and kind = 'status' and lower(text) like '%состояние: в работе%' order by id desc limit 1) e on true
where t.status = 'in_progress' and not exists (select from ticket_works w where w.ticket_id = t.id)
on conflict do nothing;
