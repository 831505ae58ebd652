# Everything a person needs here; `make` alone tells what there is. Works as root and
# as an ordinary user; nothing is left running when a target ends.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PATH := $(PATH):/usr/sbin:/sbin
export GOFLAGS ?= -buildvcs=false

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)
GENERATED := api/openapi.json web/src/api/schema.d.ts

.PHONY: help run test check lint fmt generate verify build smoke bench-phone bench-desk bench-trunks bench-directories bench-floor bench-journal chaos hour clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 — \2/p' $(MAKEFILE_LIST) | column -t -s '—' -o '—'

run: ## the whole program with a demo city: pages, phones, database; Ctrl-C ends it
	@scripts/deps run
	@$(MAKE) build
	@D24_LOG_TEXT=$${D24_LOG_TEXT-true} D24_LOG_LEVEL=$${D24_LOG_LEVEL-warn} exec bin/d24 serve --demo $(ARGS)

build: web/dist/index.html ## bin/d24 with the pages in it
	@go build -o bin/d24 ./cmd/d24

web/dist/index.html: $(WEB_SOURCES)
	@scripts/deps web
	@echo "building the pages"
	@log=$$(mktemp); npm --prefix web run --silent build >$$log 2>&1 || { cat $$log; rm -f $$log; exit 1; }; rm -f $$log
	@touch $@

test: ## all tests, with the race detector; RACE= without, PKG=./internal/... for a part
	@scripts/deps test
	@scripts/test

check: ## what CI runs: generated files, lint, house rules, tests, an ordinary user's smoke test
	@.ci/run

lint: ## linters of Go and of the pages
	@scripts/deps lint web
	@.cache/bin/golangci-lint run ./...
	@npm --prefix web run --silent check

fmt: ## one layout for all sources
	@scripts/deps lint web
	@.cache/bin/golangci-lint fmt ./...
	@npm --prefix web run --silent format

generate: ## the API document out of Go, the pages' types out of the document
	@scripts/deps web
	@go build -o bin/d24 ./cmd/d24
	@bin/d24 openapi >bin/openapi.json && mv bin/openapi.json api/openapi.json
	@npm --prefix web run --silent types >/dev/null

verify: ## fails when generated files are stale
	@mkdir -p bin/before && cp --parents $(GENERATED) bin/before
	@$(MAKE) generate
	@for f in $(GENERATED); do cmp -s $$f bin/before/$$f || { echo "$$f was stale: it is generated anew, commit it"; stale=1; }; done; rm -rf bin/before; [ -z "$${stale:-}" ]

smoke: ## start the program and make a call as an ordinary user
	@scripts/smoke

bench-phone: ## figures of the phone engine, one «name value unit» a line
	@scripts/deps test
	@scripts/bench-phone

bench-desk: ## figures of the operator's desk
	@scripts/deps test
	@$(MAKE) build
	@scripts/bench-desk

bench-trunks: ## figures of dead trunks (R17): how soon a call leaves by the other one, how soon it is known
	@scripts/deps test
	@go test -count=1 -run '^TestA(CallLeavesADeadTrunk|DeadTrunkIsKnown)' -v ./internal/telephony/engine | grep -E 'ms|^(ok|FAIL)'

bench-directories: ## figures of the directories: address search, whose work a request is, coverage
	@scripts/deps test
	@scripts/bench-directories

bench-floor: ## figures of the dispatch floor: a decision of the queue, 10,000 timers, a surge of 300 calls
	@scripts/deps test
	@scripts/bench-floor

bench-journal: ## figures of the journal at full size: lists, search, making requests (ROWS=10000000)
	@scripts/deps test
	@$(MAKE) build
	@scripts/bench-journal
	@scripts/bench-many

chaos: ## kills parts of the running program at random and looks for what was lost; FOR=6m SEED=n CUTS=1000 AWAY=600 (seconds) STILL=30m FULL=10 POWER=50
	@scripts/deps test
	@D24_CHAOS_FOR=$(or $(FOR),3m) D24_CHAOS_SEED=$(SEED) D24_CHAOS_CUTS=$(or $(CUTS),1000) D24_CHAOS_AWAY=$(or $(AWAY),600) D24_STILL_FOR=$(or $(STILL),3m) D24_CHAOS_FULL=$(or $(FULL),10) D24_CHAOS_POWER=$(or $(POWER),50) go test -count=1 -timeout=12h -run '^Test(Chaos|CommitsAreCut|TheDatabaseIsAway|AStandstillIsTakenForADeath|TheDiskIsFull|ThePowerIsCut)$$' -v ./test/chaos

hour: ## two dispatchers in real browsers serve the demo city for an hour; FOR=10m RATE=60, pictures to LOOK=DIR
	@scripts/deps test
	@$(MAKE) build
	@go build -o bin/testenv ./tools/testenv
	@D24_BIN=$(CURDIR)/bin/d24 D24_LOOK=$(LOOK) D24_HOUR_FOR=$(or $(FOR),1h) D24_HOUR_RATE=$(or $(RATE),60) bin/testenv go test -count=1 -timeout=2h -run '^TestADispatchersHour$$' -v ./test/e2e

clean: ## removes what was built; ./data stays
	@rm -rf bin .cache web/node_modules
	@find web/dist -mindepth 1 ! -name .gitkeep -delete
