-- +goose NO TRANSACTION
-- +goose Up
-- The watchman asks every two seconds for emergencies that nobody has taken and nobody is sought for (R27).
create index concurrently if not exists tickets_untaken on tickets (created_at) where status = 'new' and kind = 'emergency';
