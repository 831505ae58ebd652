module d24/tools/sqlc

go 1.26.0
