-- +goose Up

-- owner: serve
-- Processes that run jobs show here that they live; /readyz of another process asks.
create table worker_nodes (
    node    text primary key,
    seen_at timestamptz not null
);

grant select, insert, update on worker_nodes to d24_system;
