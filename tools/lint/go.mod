module d24/tools/lint

go 1.26.0
