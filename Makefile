# Everything a contributor runs. `make help` lists it.
# Needs Python 3.11 or newer; another interpreter: make setup PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SECOND := .venv-duckdb2
ENGINES := .venv-engines
SIZES ?= 1,10
RUNS ?= 7
SERVERS ?= duckdb,sqlite,postgresql,spark,spark_connect
PORT ?= 8501
# `make demo` ends with the dashboard, which runs until Ctrl-C; nobody presses that in CI.
DASHBOARD ?= $(if $(CI),no,yes)
# Errors only: what a package index warns of is said once for each of its settings.
PIP := -m pip --disable-pip-version-check install --quiet --quiet
LOCKS := requirements
SIDE_BY_SIDE := --numprocesses auto --dist worksteal
# Tests that also run against DuckDB 2; the other engines were asked by `make test-python`.
ENGINE_TESTS := $(wildcard tests/warehouse tests/evaluation/test_engine.py tests/e2e \
  $(foreach promise,values_as_they_are values_in_verdicts ids rows_without_a_day names_of_our_own, \
  tests/promises/test_$(promise).py))

# Tests that need no server, no browser, no other environment and no big demo.
QUICK_TESTS := $(addprefix tests/,catalog config core detection evaluation judging loads measuring outputs \
  project quarantine)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup demo check test lint types contracts test-duckdb2 test-python test-engines coverage
.PHONY: test-quick test-browser test-dates test-spark bench bench-days bench-engines bench-quarantine bench-volume bench-dashboard pictures references docs lock clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## create .venv with the locked packages and the andon command

demo: $(VENV)/.installed ## a demo in demo/, the gate's report and the dashboard: PORT=8501, DASHBOARD=no
	@$(BIN)/andon demo --dir demo
ifneq ($(DASHBOARD),no)
	@echo
	@exec $(BIN)/andon dashboard --config demo/andon.yml --port $(PORT)
endif

check: lint types contracts test-quick ## before each commit: the rules, and quick tests that need no server

test: lint types contracts test-duckdb2 test-python test-engines coverage test-browser ## everything that CI checks

lint: $(VENV)/.installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.installed-test
	@$(BIN)/mypy
	@$(BIN)/mypy --strict benchmarks
	@$(BIN)/mypy --strict scripts

contracts: $(VENV)/.installed-test
	@$(BIN)/lint-imports

test-quick: $(VENV)/.installed-test
	@$(BIN)/python -m pytest --quiet $(SIDE_BY_SIDE) \
	  -m "not browser and not spark and not compiled" $(QUICK_TESTS)

test-python: $(VENV)/.installed-test $(SECOND)/.installed
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) \
	  -m "not browser and not spark and not compiled" tests

test-engines: $(ENGINES)/.installed ## the same checks on a Spark cluster, and the SQL of engines that do not run here
	@$(ENGINES)/bin/coverage run -m pytest -p no:cacheprovider $(SIDE_BY_SIDE) -m compiled tests/warehouse
	@$(ENGINES)/bin/python scripts/java.py $(ENGINES)/bin/coverage run -m pytest \
	  -p no:cacheprovider -m spark tests/warehouse tests/evidence tests/promises \
	  --ignore tests/promises/test_the_dashboard_keeps_its_doors.py

test-spark: $(ENGINES)/.installed ## everything that engines are asked, on the Spark cluster: half an hour on two cores
	@ANDON_SPARK_EVERYTHING=1 $(ENGINES)/bin/python scripts/java.py \
	  $(ENGINES)/bin/python -m pytest -p no:cacheprovider -m spark tests/warehouse tests/evidence tests/promises \
	  --ignore tests/promises/test_the_dashboard_keeps_its_doors.py

coverage: $(VENV)/.installed-test ## which branches `make test-python test-engines` went through
	@$(BIN)/coverage combine --append --quiet
	@$(BIN)/coverage json --quiet -o .coverage.json
	@$(BIN)/python scripts/branch_coverage.py .coverage.json checks --minimum 95
	@$(BIN)/python scripts/branch_coverage.py .coverage.json dashboard pages --minimum 85

test-dates: $(VENV)/.installed-test ## what reads the clock, on a Sunday, 29 February, 1 January, as clocks change, at a leap second
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m odd_days tests

test-browser: $(VENV)/.installed-test ## the dashboard in a real Chromium, which is installed when it can be
	@$(BIN)/python scripts/browser.py $(BIN)/python -m pytest --numprocesses 2 -m browser tests/browser

test-duckdb2: $(SECOND)/.installed ## the engine's tests, against DuckDB 2
	@$(SECOND)/bin/python -m pytest -p no:cacheprovider --quiet $(SIDE_BY_SIDE) $(ENGINE_TESTS) \
	  -m "not spark and not compiled" -k "not postgresql and (not sqlite or test_contract)"

bench: $(VENV)/.installed ## time the gate against bare SQL: SIZES=1,10,50 (million events), RUNS=7
	@$(BIN)/python benchmarks/bench.py --sizes $(SIZES) --runs $(RUNS)

bench-days: $(VENV)/.installed ## time a run that loads three days against one that loads one: RUNS=7
	@$(BIN)/python benchmarks/run_days.py --runs $(RUNS)

bench-engines: $(ENGINES)/.installed ## time the gate on each engine against one query by hand: SIZES=5,50, SERVERS=...
	@$(ENGINES)/bin/python scripts/java.py $(ENGINES)/bin/python benchmarks/engines.py \
	  --engines $(SERVERS) --sizes $(SIZES) --runs $(RUNS)

bench-quarantine: $(VENV)/.installed ## the quarantine page's questions over 50 million rejected rows
	@$(BIN)/python benchmarks/quarantine_scale.py

bench-volume: $(VENV)/.installed-test ## rules of daily volume on series of your own: DATA=folder of CSV files
	@$(BIN)/python -m benchmarks.volume "$(DATA)"

bench-dashboard: $(VENV)/.installed-test ## time pages in Chromium and 50 viewers, against a bare page: RUNS=7
	@$(BIN)/python scripts/browser.py $(BIN)/python benchmarks/dashboard_pages.py --runs $(RUNS)
	@$(BIN)/python benchmarks/dashboard_viewers.py

pictures: $(VENV)/.installed-test ## take the pictures of the dashboard: docs/images, and the tests' references
	@$(BIN)/python scripts/screenshots.py
	@$(BIN)/python scripts/triage_pictures.py

references: $(VENV)/.installed-test ## take only the references with which tests compare the pages
	@$(BIN)/python scripts/screenshots.py --references

docs: $(VENV)/.installed ## write docs/configuration.md from the code
	@$(BIN)/python -m checks.config.reference > docs/configuration.md.new
	@mv docs/configuration.md.new docs/configuration.md

# ---- environments: each is made once, and again when its lock changes

define require_python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "Andon needs Python 3.11 or newer, and '$(PYTHON)' is not. Name one: make setup PYTHON=python3.13" >&2; exit 1; }
endef

$(VENV)/bin/python $(SECOND)/bin/python $(ENGINES)/bin/python:
	$(require_python)
	@$(PYTHON) -m venv $(patsubst %/bin/python,%,$@)

$(VENV)/.installed: $(LOCKS)/build.lock $(LOCKS)/dashboard.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Andon into $(VENV) ..."
	@$(BIN)/python $(PIP) -r $(LOCKS)/build.lock -r $(LOCKS)/dashboard.lock
	@$(BIN)/python $(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.installed-test: $(LOCKS)/test.lock $(VENV)/.installed
	@echo "Installing the test tools into $(VENV) ..."
	@$(BIN)/python $(PIP) -r $(LOCKS)/test.lock
	@touch $@

$(SECOND)/.installed: $(LOCKS)/build.lock $(LOCKS)/duckdb2.lock pyproject.toml | $(SECOND)/bin/python
	@echo "Installing Andon with DuckDB 2 into $(SECOND) ..."
	@$(SECOND)/bin/python $(PIP) -r $(LOCKS)/build.lock -r $(LOCKS)/duckdb2.lock
	@$(SECOND)/bin/python $(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(ENGINES)/.installed: $(LOCKS)/build.lock $(LOCKS)/engines.lock pyproject.toml | $(ENGINES)/bin/python
	@echo "Installing Andon with the drivers of every engine, and Spark, into $(ENGINES) ..."
	@$(ENGINES)/bin/python $(PIP) -r $(LOCKS)/build.lock -r $(LOCKS)/engines.lock
	@$(ENGINES)/bin/python $(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

# ---- locks: the newest versions that pyproject.toml allows, the same for everybody

COMPILE = .venv-lock/bin/pip-compile --quiet --upgrade --no-header --strip-extras --allow-unsafe \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

EXTRAS := postgresql spark spark-connect bigquery clickhouse databricks mssql mysql redshift \
  snowflake trino

lock: | .venv-lock/bin/pip-compile ## renew every lock in requirements/
	@$(COMPILE) -o $(LOCKS)/build.lock $(LOCKS)/build.in
	@$(COMPILE) -o $(LOCKS)/gate.lock -c $(LOCKS)/duckdb1.txt pyproject.toml
	@$(COMPILE) -o $(LOCKS)/dashboard.lock --extra dashboard \
	  -c $(LOCKS)/build.lock -c $(LOCKS)/gate.lock pyproject.toml
	@$(COMPILE) -o $(LOCKS)/test.lock --extra test --extra postgresql --extra dashboard \
	  -c $(LOCKS)/build.lock -c $(LOCKS)/dashboard.lock pyproject.toml
	@$(COMPILE) -o $(LOCKS)/duckdb2.lock --extra postgresql -c $(LOCKS)/duckdb2.txt \
	  pyproject.toml $(LOCKS)/duckdb2.in

	@$(COMPILE) -o $(LOCKS)/engines.lock $(foreach engine,$(EXTRAS),--extra $(engine)) \
	  -c $(LOCKS)/duckdb1.txt -c $(LOCKS)/gate.lock pyproject.toml $(LOCKS)/engines.in

.venv-lock/bin/pip-compile:
	$(require_python)
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python $(PIP) pip-tools==7.6.2

clean: ## remove environments, caches, the demo and the benchmark's data
	@rm -rf $(VENV) $(SECOND) $(ENGINES) .venv-lock demo bench-data build dist htmlcov .coverage .coverage.* \
	  .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
