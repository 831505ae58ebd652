-- +goose Up
-- Secrets that are needed again lie sealed beside the column they were in, by keys that
-- are not in the database (adr/0005). The version before reads and writes the old column:
-- for a day both hold the same, then the old one holds nothing.
set local lock_timeout = '3s';

alter table user_totp add column sealed bytea;          -- of secret; null: not sealed yet
alter table user_totp add column sealed_at timestamptz; -- since when it lies here sealed
alter table user_totp add column blanked_at timestamptz; -- since when secret holds noise
alter table trunks add column auth_sealed bytea;        -- of auth_password
alter table trunks add column sealed_at timestamptz;
alter table trunks add column blanked_at timestamptz;

-- Whoever writes the old column alone (the version before, or a hand) has the last word:
-- what was sealed is of no worth any more.
-- +goose StatementBegin
create function unseal_totp() returns trigger language plpgsql as $$
begin
  if new.secret is distinct from old.secret and new.sealed is not distinct from old.sealed then
    new.sealed := null; new.sealed_at := null; new.blanked_at := null;
  end if;
  return new;
end $$;
create function unseal_trunk() returns trigger language plpgsql as $$
begin
  if new.auth_password is distinct from old.auth_password and new.auth_sealed is not distinct from old.auth_sealed then
    new.auth_sealed := null; new.sealed_at := null; new.blanked_at := null;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger unseal before update of secret on user_totp for each row execute function unseal_totp();
create trigger unseal before update of auth_password on trunks for each row execute function unseal_trunk();
