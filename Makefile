# Everything is a plain command: `make -n TARGET` shows it.
SHELL := /bin/bash
export CGO_ENABLED := 0
PYTHON := .venv/bin/python
REEVE := $(CURDIR)/bin/reeve
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSITYGW := github.com/versity/versitygw/cmd/versitygw@v1.8.0
TEMPORAL := go.temporal.io/server/cmd/server@v1.30.4
RESTATE := 1.7.12
MAX_BYTES := 33554432
# The reference server drops connections and answers 500 or 503 when this machine is busy. A test that
# failed is run again, twice at most, and the report shows it: -rR lists what needed that.
RERUNS := --reruns 2 --reruns-delay 1 -rR

.PHONY: help bin/before build venv up test unit simulation fuzz lint differential differential-postgres states e2e e2e-postgres once restarts browser ui pictures image rehearsal crash siege backup postgres chaos asleep bench bench-postgres transactions partitions starts peers hours history reads reads-postgres retention clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 30

# What the user interface is built from.
UI := $(shell find ui -name node_modules -prune -o -name dist -prune -o -type f -print)

build: ui/dist/index.html ## the binary, bin/reeve, with the user interface: static, at most 32 MiB
	@scripts/need go
	go build -trimpath -ldflags '-s -w' -o bin/reeve ./cmd/reeve
	@size=$$(stat -c %s bin/reeve); [ $$size -le $(MAX_BYTES) ] || { echo "bin/reeve has $$size bytes, more than $(MAX_BYTES)"; exit 1; }

ui/dist/index.html: $(UI)
	@scripts/need node
	npm --prefix ui ci --silent
	npm --prefix ui run build --silent

venv: ## the private Python environment with the reference client, .venv
	@scripts/venv

up: build venv ## the example: server, worker and UI, a sample run of each flow
	bin/reeve up --config examples/captionacc/reeve.toml

test: build venv lint unit simulation race differential e2e ui browser image rehearsal crash siege backup postgres ## everything that must pass

unit: ## the Go tests
	go test ./...

simulation: ## the whole server under simulated time, 200 seeds; SEEDS=10000 for the long form, FIRST=1000 for others
	go test -count=1 -timeout 12h ./test/simulation -run 'TestSeeds$$' -seeds $(or $(SEEDS),200) -first $(or $(FIRST),1) -v

race: ## the Go tests with the race detector, which needs a C compiler
	@scripts/need gcc
	CGO_ENABLED=1 go test -race -timeout 20m ./...

fuzz: ## every parser and evaluator with made-up input, TIME=30s each
	@grep -rn --include='*_test.go' '^func Fuzz' internal | sed -E 's|/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9]+).*| \1|' | while read -r package target; do \
		echo "$$package $$target"; go test ./$$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(or $(TIME),30s) || exit 1; done

lint: ## gofmt, vet and staticcheck
	@unformatted=$$(gofmt -l cmd internal test); [ -z "$$unformatted" ] || { echo "not gofmt'ed: $$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(STATICCHECK) -tags crash,s3,siege ./test/...

differential: build venv ## the same requests to the reference server and to ours; to the release before where it differs
	@scripts/venv .venv-388 test/requirements-388.txt
	REEVE_BIN=$(REEVE) $(PYTHON) -m pytest test/differential -q -n 2 --dist worksteal --at-least 6000 $(RERUNS)
	REEVE_BIN=$(REEVE) .venv-388/bin/python -m pytest test/differential -q -m changed --at-least 100 $(RERUNS)

differential-postgres: build venv ## the same with our server on a PostgreSQL of its own, a new database for each scenario
	REEVE_BIN=$(REEVE) scripts/with-postgres $(PYTHON) -m pytest test/differential -q -n 2 --dist worksteal --at-least 6000 $(RERUNS)

states: build venv ## every pair of states by type and name, forced and not: half an hour
	REEVE_STATES=all REEVE_BIN=$(REEVE) $(PYTHON) -m pytest test/differential/test_state_names.py -q -n 2 --dist worksteal

e2e: build venv ## the unmodified client, worker and CLI against our server
	@scripts/need systemd-socket-activate
	@scripts/venv .venv-388 test/requirements-388.txt
	REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) $(PYTHON) -m pytest test/e2e -q -m "not alone" -n 2 --dist worksteal
	REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) $(PYTHON) -m pytest test/e2e -q -m alone

e2e-postgres: build venv ## the same with our servers on a PostgreSQL of their own
	@scripts/venv .venv-388 test/requirements-388.txt
	REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) scripts/with-postgres $(PYTHON) -m pytest test/e2e -q -m "not alone" -n 2 --dist worksteal
	REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) scripts/with-postgres $(PYTHON) -m pytest test/e2e -q -m alone

restarts: build venv ## 120 runs of a stock worker while the server is restarted every 6 s; SIGNAL=SIGKILL for kills
	REEVE_RESTART_RUNS=120 REEVE_RESTARTS=1000 REEVE_RESTART_EVERY=6 REEVE_RESTART_SIGNAL=$(or $(SIGNAL),SIGTERM) \
	REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) $(PYTHON) -m pytest test/e2e/test_restarts.py -q -s --timeout 5400

once: build venv ## 5,000 short runs on four workers that are stopped and restarted: each is executed once
	REEVE_ONCE_RUNS=$${REEVE_ONCE_RUNS:-5000} REEVE_ONCE_STOP=$${REEVE_ONCE_STOP:-120} REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) $(PYTHON) -m pytest test/e2e/test_once.py -q -s

ui: build venv ## the user interface: types, lint, unit tests, and in a real browser against our server; SLOW=hand, cpu or api finds tests that hold by luck
	@scripts/need chromium
	npm --prefix ui run check --silent
	npm --prefix test/ui ci --silent --no-audit --no-fund
	ls test/ui/own/*.test.mjs | grep -v /work.test | REEVE_BIN=$(REEVE) REEVE_UI_SLOW=$(SLOW) xargs -P 2 -n 1 timeout $(if $(SLOW),3000,1200) node --test
	REEVE_BIN=$(REEVE) REEVE_UI_SLOW=$(SLOW) timeout $(if $(SLOW),3000,1200) node --test test/ui/own/work.test.mjs

browser: build venv ## the reference UI in a real browser against our server
	@scripts/need npm chromium
	npm --prefix test/ui ci --silent --no-audit --no-fund
	REEVE_BIN=$(REEVE) REEVE_UI=$$(echo .venv/lib/python*/site-packages/prefect/server/ui-v2) node --test test/ui/reference.test.mjs

pictures: build venv ## docs/ui: the pages beside the reference's, as pictures and in figures; on a machine that does nothing else
	@scripts/need npm chromium
	npm --prefix test/ui ci --silent --no-audit --no-fund
	@export REEVE_BIN=$(REEVE) REEVE_UI=$$(echo .venv/lib/python*/site-packages/prefect/server/ui-v2) && \
		node test/ui/pictures/take.mjs && node test/ui/pictures/compare.mjs

crash: build ## kills, power losses and failing disks under load; LONG=1 for hours of it
	REEVE_BIN=$(REEVE) REEVE_CRASH_LONG=$(LONG) go test -tags crash -count=1 -timeout $(if $(LONG),12h -v,10m) ./test/crash

siege: build venv ## attacks on a server with 256 MB, which must live and answer others
	REEVE_BIN=$(REEVE) REEVE_UI=$$(echo $(CURDIR)/.venv/lib/python*/site-packages/prefect/server/ui-v2) go test -tags siege -count=1 ./test/siege

backup: build ## backups in a real S3 server, restored after damage of every kind
	GOBIN=$(CURDIR)/bin/tools go install $(VERSITYGW)
	REEVE_BIN=$(REEVE) VERSITYGW=$(CURDIR)/bin/tools/versitygw go test -tags s3 -count=1 ./test/s3

postgres: build venv ## the store's rules on a PostgreSQL of its own; PG_BIN=/usr/lib/postgresql/17/bin for another than the newest
	@scripts/need haproxy pgbouncer
	REEVE_BIN=$(REEVE) scripts/with-postgres go test -count=1 ./internal/store/postgres ./internal/store/copying ./test/replicas ./test/deploy
	REEVE_CHAOS_ROUNDS=3 REEVE_BIN=$(REEVE) scripts/with-postgres go test -count=1 ./test/replicas -run TestNothingIsLostOrDoneTwice
	REEVE_TEST_STORE=postgres scripts/with-postgres go test -count=1 ./internal/store ./internal/api -run 'Rows|Pages|PartsOfNames|Narrowed|Grouped|Merged$$|Filters$$|FiltersOfAnyLength|Home|Tags|ObservedStates' -skip 'WithinBounds|Hostile'
	REEVE_BIN=$(REEVE) scripts/with-postgres $(PYTHON) -m pytest test/differential/test_events.py test/differential/test_concurrency_limits_v2.py test/differential/test_run_filters.py -q -n 2 --dist worksteal $(RERUNS)
	REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) scripts/with-postgres $(PYTHON) -m pytest test/e2e/test_limits.py test/e2e/test_variables_and_artifacts.py -q -n 2 --dist worksteal

chaos: build ## three servers on a PostgreSQL: kills, stops, cuts, restarts of the database, a clock that jumps; then EVENTS=100000 written at once; ROUNDS=20
	REEVE_CHAOS_ROUNDS=$(or $(ROUNDS),20) REEVE_BIN=$(REEVE) scripts/with-postgres go test -count=1 -timeout 12h ./test/replicas -run TestNothingIsLostOrDoneTwice -v
	REEVE_EVENTS=$(or $(EVENTS),100000) REEVE_BIN=$(REEVE) scripts/with-postgres go test -count=1 -timeout 12h ./test/replicas -run TestEachConsumerSeesEachEventOnceInOneOrder -v

image: build venv ## the server's image: its files, its size, its server in a root of its own
	REEVE_BIN=$(REEVE) REEVE_UI=$$(echo $(CURDIR)/.venv/lib/python*/site-packages/prefect/server/ui-v2) go test -tags image -count=1 ./test/deploy

rehearsal: build venv ## docs/QUICKSTART.md as it stands, on machines made of network namespaces
	@scripts/need ip openssl curl
	REEVE_BIN=$(REEVE) test/rehearsal/rehearse

mutants: ## take one guarantee at a time out of the program: a test must notice each; ONLY=text for some
	go run ./test/mutants -only "$(ONLY)"

asleep: build venv ## 10 real minutes with a worker attached, and webhooks, while the server sleeps
	@scripts/need systemd-socket-activate
	REEVE_SLEEP_SHOW=1 REEVE_BIN=$(REEVE) REEVE_PYTHON=$(CURDIR)/$(PYTHON) $(PYTHON) -m pytest test/e2e/test_sleeping_worker.py test/e2e/test_sleeping_webhooks.py -q -s

bin/before: # the binary of the commit BEFORE, if one is named
	@rm -f $@
	@[ -z "$(BEFORE)" ] || { tree=$$(mktemp -d) && git archive $(BEFORE) | tar -x -C $$tree && \
		(cd $$tree && go build -trimpath -ldflags '-s -w' -o $(CURDIR)/$@ ./cmd/reeve) && rm -rf $$tree; }

bench: build venv bin/before ## our server beside the reference, one run; BEFORE=COMMIT puts that commit's beside them
	go run ./test/bench -reeve $(REEVE) -python $(PYTHON) -before "$$([ -z "$(BEFORE)" ] || echo bin/before)" -rounds $(or $(ROUNDS),1)

bench-postgres: build venv bin/before ## the same on PostgreSQL: the reference, ours with one server and with three, and ours on SQLite; a table, 5 minutes
	PG_FSYNC=on scripts/with-postgres go run ./test/bench -postgres -reeve $(REEVE) -python $(PYTHON) -before "$$([ -z "$(BEFORE)" ] || echo bin/before)" -rounds $(or $(ROUNDS),1)

transactions: build ## writes in turn, as the product's, beside SERIALIZABLE ones, with 1, 3 and 5 servers on PostgreSQL; a table, 5 minutes
	go build -trimpath -tags serializable -o bin/reeve-serializable ./cmd/reeve
	PG_FSYNC=on scripts/with-postgres go run ./test/bench -serializable bin/reeve-serializable -reeve $(REEVE) -clients $(or $(CLIENTS),8)

partitions: ## log and event in one table each beside partitions, on PostgreSQL: processor time of the store's statements; a table, 5 minutes
	scripts/with-postgres test/bench/partitions/compare.sh $(ROWS)

starts: build venv bin/before ## what a run takes from being created to Running and to its end; BEFORE=COMMIT as above
	go run ./test/bench -runs -reeve $(REEVE) -python $(PYTHON) -before "$$([ -z "$(BEFORE)" ] || echo bin/before)"
	go run ./test/bench -chart -reeve $(REEVE) -python $(PYTHON)

peers: build venv ## the same work by the reference, ours, DBOS, Restate, Temporal and River, and what a kill -9 loses; ONLY=reeve,dbos for some
	@scripts/need node
	@scripts/venv .venv-peers test/peers/requirements.txt
	@mkdir -p bin/peers
	npm install --prefix bin/peers --silent --no-audit --no-fund @restatedev/restate-server@$(RESTATE)
	cp bin/peers/node_modules/@restatedev/restate-server-*/bin/restate-server bin/peers/
	GOBIN=$(CURDIR)/bin/peers go install $(TEMPORAL) && mv bin/peers/server bin/peers/temporal-server
	cd test/peers/river && go build -o $(CURDIR)/bin/peers/river .
	go run ./test/peers -reeve $(REEVE) -prefect $(PYTHON) -only "$(ONLY)"

hours: build ## HOURS=2 of 50 life cycles/s with backup, retention and a long reader: the log bounded, waits and memory flat
	GOBIN=$(CURDIR)/bin/tools go install $(VERSITYGW)
	go run ./test/bench -reeve $(REEVE) -hours $(or $(HOURS),2)h

history: ## bin/history.db, a year of RUNS=1000000 runs
	@mkdir -p bin && rm -f bin/month.db* bin/history.db*
	go run ./test/month -database bin/month.db
	go run ./test/bench/history -month bin/month.db -database bin/history.db -runs $(or $(RUNS),1000000)

reads: build ## what pages, commands and workers ask of bin/history.db, timed
	go run ./test/bench/reads -database bin/history.db -reeve reeve=$(REEVE)

reads-postgres: build ## the same of a copy of it in a PostgreSQL of its own
	scripts/with-postgres bash -c '$(REEVE) server database copy bin/history.db "$$REEVE_TEST_POSTGRES" && \
		go run ./test/bench/reads -database "$$REEVE_TEST_POSTGRES" -reeve reeve=$(REEVE)'

retention: build ## what writes wait while a flow of bin/history.db is deleted, then what is older than a week; it is gone afterwards
	go run ./test/bench/reads -database bin/history.db -reeve reeve=$(REEVE) -delete 168h

clean: ## what was built
	rm -rf bin
