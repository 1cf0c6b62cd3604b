# The one interpreter that is needed is any Python 3.11 or later; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SEED ?= 1
SEEDS ?= 1
PLANS ?= 500
ACTS ?= 60
STORE ?= sqlite
MODULES ?=
JOBS ?= 1

# Each file's tests stay together, because they share servers, and run in the order of the folders:
# the longest come early. Many tests wait for processes, so that three keep two cores busy.
IN_PARALLEL := --numprocesses 3 --dist loadfile --no-loadscope-reorder

.PHONY: setup postgrest run test lint format docs bench bench-journal chaos mutation requirements clean

setup: $(STAMP)

# What the tests of the Supabase store need besides.
postgrest: setup
	@$(BIN)/python -m tests.support.postgrest_binary

$(STAMP): pyproject.toml requirements.txt requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

run: setup
	$(BIN)/trader demo

test: postgrest
	$(BIN)/python -m pytest $(IN_PARALLEL)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/tables.py --check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup
	$(BIN)/python docs/tables.py

bench: setup
	$(BIN)/python -m benchmarks

bench-journal: setup
	$(BIN)/python -m benchmarks.journal

chaos: postgrest
	$(BIN)/python -m chaos --plans $(PLANS) --acts $(ACTS) --seed $(SEED) --seeds $(SEEDS) --store $(STORE)

# Changes MODULES (files or folders; all that money depends on by default) and runs their tests.
mutation: postgrest
	$(BIN)/python -m mutation --jobs $(JOBS) $(MODULES)

# Pins every package for requirements-dev.txt (everything) and requirements.txt (what runs), alike.
PIN := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

requirements: setup
	$(PIN) --extra dev --output-file requirements-dev.txt pyproject.toml
	$(PIN) --constraint requirements-dev.txt --output-file requirements.txt pyproject.toml

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
